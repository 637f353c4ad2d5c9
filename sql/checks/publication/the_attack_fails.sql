-- table: publication.attack_bounds
-- severity: blocking
-- No suppressed figure, difference of few businesses or forbidden sum that totals leave can be bounded from all that is
-- published more closely than the rule allows, or than earlier months allowed already.
select
    profile, cell, measure, concat(required_lower, ' to ', required_upper) as expected,
    concat(lower, ' to ', coalesce(upper::varchar, 'no end')) as actual
from publication.attack_bounds
where month = $month and not is_protected
