-- table: innovation_index.model_quality
-- severity: blocking
-- A month that has a model has its quality in each of the five categories, and in no other.
with five as (
    select
        unnest(
            ['AI and Data', 'Advanced Manufacturing', 'Ageing Society', 'Clean Growth', 'Smart Cities and Mobility']
        ) as category
),

expected as (
    select five.category from five inner join innovation_index.models as models on models.month = $month
),

actual as (
    select category from innovation_index.model_quality where month = $month
)

select
    coalesce(expected.category, actual.category) as category,
    if(expected.category is null, 'no row', 'a row') as expected,
    if(actual.category is null, 'no row', 'a row') as actual
from expected
full outer join actual on actual.category = expected.category
where expected.category is null or actual.category is null
order by category
