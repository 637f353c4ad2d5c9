-- table: trust.criteria
-- severity: warning
-- Each criterion is met exactly where the typology says so of the group.
with decided as (
    select
        t.group_id, t.criterion, t.figure_name, t.is_criterion_met,
        case t.criterion
            when 'min_firms' then g.firms >= g.min_firms
            when 'rdi_active' then g.is_rdi_active
            when 'colocated' then g.is_colocated
            when 'specialised' then g.is_specialised
            else g.is_internally_collaborative
        end as is_met
    from trust.criteria as t
    inner join typology.candidates as g
        on g.month = t.month and g.profile = t.profile and g.group_id = t.group_id
    where t.month = $month and t.profile = $profile
)

select group_id, criterion, figure_name, is_met as expected, is_criterion_met as actual
from decided
where is_met <> is_criterion_met
order by group_id, criterion, figure_name
