select row_number, list(category order by category) filter (where category is not null) as categories
from sources.training_labels
where as_of = $as_of
group by row_number
