select
    p.place, p.region, strftime(p.month, '%Y-%m') as month,
    p.category, r.name as cluster, r.rank, r.percentage,
    case when p.is_inside_outline then 'yes' else 'no' end as inside,
    p.centre_distance_km as km_to_centre,
    s.items, s.location_quotient, s.location_quotient_lower as lower, s.location_quotient_upper as upper,
    case when s.is_specialised then 'yes' when s.is_specialised is not null then 'no' end as specialised,
    s.events_per_100k
from innovation_index.place_clusters as p
left join innovation_index.rankings as r
    on r.month = p.month and r.category = p.category and r.cluster_id = p.cluster_id
left join innovation_index.place_specialisation as s
    on s.month = p.month and s.category = p.category and s.place = p.place and s.region = p.region
where p.month = $month and p.place = $place
order by p.region, list_position($categories, p.category)
