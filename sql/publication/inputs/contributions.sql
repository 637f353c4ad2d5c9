-- What each business holds of each figure, of this month and of the earlier ones that it is compared with.
with cell_held as (
    select profile, table_name, label, measure, organisation_id, value
    from inputs.cell_held
),

figures as (
    select profile, table_name, label, measure, figure, value
    from inputs.figure_values
),

-- What this month's figures are compared with: releases nearby, and what a figure that is older was last given as.
compared as (
    select measure, figure
    from ledger.released
    where
        month between $month - to_months($differences_months::integer)
        and $month + to_months($differences_months::integer)
    union
    select measure, figure
    from ledger.released
    where given is not null
    qualify row_number() over (
        partition by profile, table_name, label, measure order by month desc, release desc
    ) = 1
),

-- One cell of each that this month has not.
earlier as (
    select released.*
    from ledger.released as released
    join compared using (measure, figure)
    where figure not in (select figure from figures)
    qualify row_number() over (
        partition by figure order by table_name asc, month desc, release desc, profile asc, label asc
    ) = 1
),

earlier_held as (
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_holdings as holdings using (figure)
    where earlier.table_name = 'clusters'
    union all
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_parts as of_total
        on
            of_total.month = earlier.month and of_total.release = earlier.release
            and of_total.profile = earlier.profile and of_total.total = earlier.label
    join ledger.released as part
        on
            part.month = earlier.month and part.release = earlier.release and part.profile = earlier.profile
            and part.table_name = 'clusters' and part.label = of_total.cluster_id and part.measure = earlier.measure
    join ledger.released_holdings as holdings on holdings.figure = part.figure
    where earlier.table_name = 'totals'
),

everything as (
    select distinct figures.measure, figures.figure, cell_held.organisation_id, cell_held.value
    from figures
    join cell_held using (profile, table_name, label, measure)
    union all
    select measure, figure, organisation_id, sum(value)::bigint from earlier_held
    group by measure, figure, organisation_id
)

select measure, figure, dense_rank() over (order by organisation_id)::bigint as organisation, value
from everything
order by all
