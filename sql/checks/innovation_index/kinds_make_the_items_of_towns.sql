-- table: innovation_index.place_specialisation
-- severity: blocking
-- A town's businesses, events and papers of a category are its items of it, and none is beyond the items located there.
select place, region, category, businesses + events + papers as expected, items as actual
from innovation_index.place_specialisation
where month = $month and (items <> businesses + events + papers or items > located_items)
order by place, region, category
