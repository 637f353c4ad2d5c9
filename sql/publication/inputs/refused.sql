select
    rejected.dataset, rejected.column_name as label,
    if(rejected.reason like '%once: it stands in %', regexp_extract(rejected.reason, '^(.*? once)', 1), rejected.reason)
        as expected,
    count(*) as row_count, any_value(drops.rows_read) as rows_read
from sources.rejected as rejected
inner join sources.drops as drops
    on drops.dataset = rejected.dataset and drops.as_of = rejected.as_of and drops.month = $month
where starts_with(rejected.reason, 'expected ')
group by all
order by all
