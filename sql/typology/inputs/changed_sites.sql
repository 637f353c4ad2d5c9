-- The sites that are not as they were in the earlier month: what each was and is, and the sectors that it would be in
-- by the earlier month's lists.
with changed as (
    select distinct site_id from typology.site_states where month > $earlier_month and month <= $month
),

states as (
    select s.*
    from typology.site_states as s
    semi join changed on changed.site_id = s.site_id
    where s.month <= $month
),

earlier as (
    select * from states
    where month <= $earlier_month
    qualify row_number() over (partition by site_id order by month desc) = 1
),

now as (
    select * from states
    qualify row_number() over (partition by site_id order by month desc) = 1
),

other_years as (
    select 'sic' as scheme
    from typology.month_sources
    where profile = $profile and month in ($month, $earlier_month)
    having count(distinct sic_classification) > 1
    union all
    select 'rtic'
    from typology.month_sources
    where profile = $profile and month in ($month, $earlier_month)
    having count(distinct rtic_classification) > 1
),

by_earlier_lists as (
    select
        c.site_id, string_agg(distinct c.scheme || '/' || s.sector, chr(10)) as sectors,
        bool_or(s.sector is null and c.scheme in (select scheme from other_years)) as is_of_unknown_code
    from organisations.site_codes as c
    semi join changed on changed.site_id = c.site_id
    left join inputs.sectors_of_codes as s
        on s.of_month = $earlier_month and s.scheme = c.scheme and s.code = c.code
    where c.month = $month
    group by c.site_id
),

-- Whom the register knew then by another site, and whom it knows by one.
known_then as (
    select organisation_id from earlier where not is_gone
    union
    select o.organisation_id from organisations.sites as o
    anti join changed on changed.site_id = o.site_id
    where o.month = $month and not o.is_excluded
),

known_now as (
    select distinct organisation_id from organisations.sites where month = $month and not is_excluded
)

select
    changed.site_id,
    e.organisation_id as earlier_organisation_id, e.sectors as earlier_sectors,
    e.is_rdi_active as earlier_is_rdi_active, e.postcode as earlier_postcode, e.easting as earlier_easting,
    e.northing as earlier_northing, e.in_register as earlier_in_register,
    n.organisation_id, n.sectors, n.is_rdi_active, n.postcode, n.easting, n.northing, n.in_register,
    l.sectors as sectors_by_earlier_lists,
    coalesce(l.is_of_unknown_code, false) as is_of_unknown_code,
    e.organisation_id is not null and e.organisation_id in (select organisation_id from known_now) as is_known_still,
    n.organisation_id is not null and n.organisation_id in (select organisation_id from known_then) as was_known
from changed
left join earlier as e on e.site_id = changed.site_id and not e.is_gone
left join now as n on n.site_id = changed.site_id and not n.is_gone
left join by_earlier_lists as l on l.site_id = changed.site_id
where e.site_id is not null or n.site_id is not null
order by changed.site_id
