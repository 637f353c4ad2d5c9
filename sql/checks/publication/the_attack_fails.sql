-- table: publication.attack_bounds
-- severity: blocking
-- No suppressed figure, and no difference of few businesses, can be bounded from all that is published more closely
-- than the rule allows.
select
    profile, cell, measure, concat(required_lower, ' to ', required_upper) as expected,
    concat(lower, ' to ', coalesce(upper::varchar, 'no end')) as actual
from publication.attack_bounds
where month = $month and not is_protected
