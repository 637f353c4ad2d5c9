-- table: network.participations
-- severity: blocking
-- Every application has as many organisations as its partners, no more than the graph takes.
select application_id, any_value(partners) as expected, count(*) as actual
from network.participations
where month = $month
group by application_id
having min(partners) <> count(*) or max(partners) <> count(*) or count(*) > $max_consortium
order by application_id
