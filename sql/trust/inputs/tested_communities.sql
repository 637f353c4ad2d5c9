-- Members of the published clusters that collaboration alone has found.
select c.cluster_id, m.organisation_id
from typology.candidates as c
inner join network.group_members as m
    on m.month = c.month and m.profile = c.profile and m.group_id = c.group_id
where
    c.month = $month and c.profile = $profile
    and c.approach = 'network' and c.cluster_id is not null and c.unpublished_reason is null
    and c.cluster_id not in (
        select cluster_id
        from typology.candidates
        where
            month = $month and profile = $profile
            and approach = 'spatial' and cluster_id is not null and unpublished_reason is null
    )
order by c.cluster_id, m.organisation_id
