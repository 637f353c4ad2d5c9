-- The organisations in any community and in the spatial groups named, a line each.
select organisation_id, is_firm
from organisations.organisations
where
    month = $month and organisation_id in (
        select organisation_id from spatial.group_members
        where month = $month and profile = $profile and group_id in (select unnest(string_split($groups, chr(10))))
        union
        select organisation_id from network.group_members where month = $month and profile = $profile
    )
order by organisation_id
