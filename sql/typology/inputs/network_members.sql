select group_id, organisation_id from network.group_members
where month = $month and profile = $profile
order by group_id, organisation_id
