-- What items work on together: a paper at each of its institutions, an application by company number.
select items.item_id, 'paper ' || items.source_key as work
from innovation_index.items as items
where items.month = $month and items.kind = 'paper'
union
select items.item_id, 'project ' || projects.application_id as work
from innovation_index.items as items
inner join (
    select application_id, crn from used.innovate_uk
    where
        is_withdrawn is false
        and month = $month
    union
    select application_id, crn from used.innovate_uk_applications
    where
        is_withdrawn is false
        and month = $month
) as projects on projects.crn = items.source_key
where items.month = $month and items.kind = 'business'
order by item_id, work
