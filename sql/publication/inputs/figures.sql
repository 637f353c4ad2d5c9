-- The figures that some source gives, in order.
select profile, table_name, label, measure, figure, value
from inputs.figure_values
order by all
