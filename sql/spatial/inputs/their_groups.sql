select *
from spatial.groups
where
    month = $from_month and profile = $from_profile
    and scheme || '/' || sector || '/' || grid in (select unnest($sectors))
order by scheme, sector, grid, cast(regexp_extract(group_id, '[0-9]+$') as bigint)
