-- The organisations in any community and in the spatial groups named, which are one text: a list of texts is bound a
-- hundred times slower.
select organisation_id
from spatial.group_members
where month = $month and profile = $profile and group_id in (select unnest(string_split($groups, chr(10))))
union
select organisation_id
from network.group_members
where month = $month and profile = $profile
