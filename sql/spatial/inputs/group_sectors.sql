-- A group found in a sector has firms of it alone; those of one of all RD&I-active are looked up.
with firms_of_groups as (
    select distinct members.group_id, members.organisation_id
    from spatial.groups as groups
    inner join spatial.group_members as members
        on members.month = $month and members.profile = $profile and members.group_id = groups.group_id
    where groups.month = $month and groups.profile = $profile and groups.scheme = 'rdi'
),

sectors_of_firms as (
    select distinct scheme, sector, organisation_id
    from spatial.points
    where
        month = $month
        and scheme in ('sic', 'rtic')
        and is_firm
        and organisation_id in (select organisation_id from firms_of_groups)
)

select group_id, scheme, sector, firms as sector_firms
from spatial.groups
where month = $month and profile = $profile and scheme <> 'rdi' and firms > 0
union all
select firms_of_groups.group_id, sectors.scheme, sectors.sector, count(*) as sector_firms
from firms_of_groups
inner join sectors_of_firms as sectors on sectors.organisation_id = firms_of_groups.organisation_id
group by firms_of_groups.group_id, sectors.scheme, sectors.sector
