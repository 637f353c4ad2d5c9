-- The sites that are not as they were in the earlier month: what each was and is, and the sectors that it would be in
-- by the earlier month's lists. One that goes on under another reference stands under both.
with changed as (
    select distinct site_id from typology.site_states where month > $earlier_month and month <= $month
),

states as (
    select s.*
    from typology.site_states as s
    semi join changed on changed.site_id = s.site_id
    where s.month <= $month
),

latest_then as (
    select * from states
    where month <= $earlier_month
    qualify row_number() over (partition by site_id order by month desc) = 1
),

latest_now as (
    select * from states
    qualify row_number() over (partition by site_id order by month desc) = 1
),

earlier as (
    select * from latest_then where not is_gone
),

now as (
    select * from latest_now where not is_gone
),

-- Another register has other references, and a place without one is named by its postcode: a site that is gone and one
-- that is new are one where both are one organisation's, at the same postcode.
gone as (
    select site_id, organisation_id, postcode from earlier
    anti join now on now.site_id = earlier.site_id
),

new as (
    select site_id, organisation_id, postcode from now
    anti join earlier on earlier.site_id = now.site_id
),

in_place as (
    select gone.organisation_id, gone.site_id as earlier_site_id, new.site_id
    from gone
    inner join new on new.organisation_id = gone.organisation_id and new.postcode = gone.postcode
    qualify
        row_number() over (partition by gone.site_id order by new.site_id) = 1
        and row_number() over (partition by new.site_id order by gone.site_id) = 1
),

-- Of the others, where the organisation has one of each.
left_over as (
    select organisation_id, site_id as earlier_site_id, null as site_id from gone
    anti join in_place on in_place.earlier_site_id = gone.site_id
    union all
    select organisation_id, null, site_id from new
    anti join in_place on in_place.site_id = new.site_id
),

same as (
    select earlier_site_id, site_id from in_place
    union all
    select max(earlier_site_id), max(site_id) from left_over
    group by organisation_id
    having count(earlier_site_id) = 1 and count(site_id) = 1
),

told as (
    select earlier_site_id as told_site_id, earlier_site_id, site_id from same
    union all
    select site_id, earlier_site_id, site_id from same
    union all
    select site_id, site_id, site_id from changed
    where site_id not in (select earlier_site_id from same) and site_id not in (select site_id from same)
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
        c.site_id,
        string_agg(distinct c.scheme || '/' || s.sector, chr(10) order by c.scheme || '/' || s.sector) as sectors,
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
    select organisation_id from earlier
    union
    select o.organisation_id from organisations.sites as o
    anti join changed on changed.site_id = o.site_id
    where o.month = $month and not o.is_excluded
),

known_now as (
    select distinct organisation_id from organisations.sites where month = $month and not is_excluded
)

select
    told.told_site_id as site_id, told.told_site_id <> told.site_id as is_told_again,
    e.organisation_id as earlier_organisation_id, e.sectors as earlier_sectors,
    e.is_rdi_active as earlier_is_rdi_active, e.postcode as earlier_postcode, e.easting as earlier_easting,
    e.northing as earlier_northing, e.in_register as earlier_in_register,
    n.organisation_id, n.sectors, n.is_rdi_active, n.postcode, n.easting, n.northing, n.in_register,
    l.sectors as sectors_by_earlier_lists,
    coalesce(l.is_of_unknown_code, false) as is_of_unknown_code,
    e.organisation_id is not null and e.organisation_id in (select organisation_id from known_now) as is_known_still,
    n.organisation_id is not null and n.organisation_id in (select organisation_id from known_then) as was_known,
    (
        select count(*) from organisations.sites where month = $month and not is_excluded and in_register
    ) as register_sites
from told
left join earlier as e on e.site_id = told.earlier_site_id
left join now as n on n.site_id = told.site_id
left join by_earlier_lists as l on l.site_id = told.site_id
where e.site_id is not null or n.site_id is not null
order by told.told_site_id
