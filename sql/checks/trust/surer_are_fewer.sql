-- table: trust.stable_outlines
-- severity: blocking
-- Of the members of a cluster no more are sure at 90% than at 50%, and an outline goes round some.
select
    o.cluster_id, o.share,
    w.members as expected,
    o.members as actual
from trust.stable_outlines as o
inner join trust.stable_outlines as w
    on w.month = o.month and w.profile = o.profile and w.cluster_id = o.cluster_id and w.share = 0.5
where
    o.month = $month and o.profile = $profile
    and (o.members > w.members or (o.members = 0) <> (o.outline_wkt is null))
order by o.cluster_id, o.share
