-- The figures that some source gives. Those with the same digest are one: the same businesses hold the same amounts. One
-- that holds nothing hides nobody.
select
    profile, table_name, label, measure,
    sha256(concat(measure, ': ', coalesce(
        string_agg(concat(organisation_id, ' ', value), ', ' order by organisation_id) filter (value > 0), ''
    ))) as figure,
    sum(value)::bigint as value
from inputs.cell_held
group by profile, table_name, label, measure
