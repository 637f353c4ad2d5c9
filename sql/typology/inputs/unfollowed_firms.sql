-- Firms that nobody can find again: where the register is another than in the earlier month, those that are known by
-- its reference alone, and whose reference the other month has not.
with is_other as (
    select count(distinct register) > 1 as yes
    from typology.month_sources
    where profile = $profile and month in ($month, $earlier_month)
),

gone as (
    select distinct organisation_id
    from typology.cluster_members
    where month = $earlier_month and profile = $profile and starts_with(organisation_id, 'ENT-')
),

here as (
    select organisation_id from organisations.organisations
    where month = $month and starts_with(organisation_id, 'ENT-')
),

known_then as (
    select distinct organisation_id from typology.site_states where month <= $earlier_month
),

unfound as (
    select gone.organisation_id from gone
    anti join here on here.organisation_id = gone.organisation_id
    union all
    select here.organisation_id from here
    anti join known_then on known_then.organisation_id = here.organisation_id
)

select unfound.organisation_id
from unfound
cross join is_other
where is_other.yes
order by unfound.organisation_id
