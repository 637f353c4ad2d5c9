-- For the ledger: what each business holds of the month's clusters, of figures that it does not have yet.
with cell_held as (
    select profile, table_name, label, measure, organisation_id, value
    from inputs.cell_held
),

figures as (
    select profile, table_name, label, measure, figure, value
    from inputs.figure_values
)

select distinct figures.figure, cell_held.organisation_id, cell_held.value
from figures
join cell_held using (profile, table_name, label, measure)
where figures.table_name = 'clusters' and figures.figure not in (select figure from ledger.released_holdings)
