-- table: innovation_index.models
-- severity: warning
-- The classifier's mean F1 on examples it has not seen is at least the profile's min_macro_f1.
select model_version, $min_macro_f1 as expected, macro_f1 as actual
from innovation_index.models
where month = $month and macro_f1 < $min_macro_f1
