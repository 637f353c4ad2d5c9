-- Records that name their organisation by a number are all anchored, and no others.
with unanchored as (
    select dataset, record_key, normalised_name, postcode
    from organisations.source_records
    where month = $month and crn is null and entref is null and not is_overseas
),

namesakes as (
    select dataset, record_key, normalised_name
    from organisations.source_records
    where
        month = $month and (crn is not null or entref is not null)
        and normalised_name in (select normalised_name from unanchored)
),

known as (
    select anchors.organisation_id, namesakes.normalised_name, places.postcode
    from namesakes
    join organisations.anchors as anchors
        on
            anchors.month = $month and anchors.dataset = namesakes.dataset
            and anchors.record_key = namesakes.record_key
    left join organisations.source_places as places
        on
            places.month = $month and places.dataset = namesakes.dataset
            and places.record_key = namesakes.record_key and places.postcode is not null
),

-- min = max: one organisation and no other.
by_place as (
    select normalised_name, postcode, min(organisation_id) as organisation_id
    from known
    where postcode is not null
    group by normalised_name, postcode
    having min(organisation_id) = max(organisation_id)
),

by_name as (
    select normalised_name, min(organisation_id) as organisation_id
    from known
    group by normalised_name
    having min(organisation_id) = max(organisation_id)
)

select
    unanchored.dataset, unanchored.record_key,
    coalesce(by_place.organisation_id, by_name.organisation_id) as organisation_id,
    if(by_place.organisation_id is not null, 'name_postcode', 'name') as match_rule
from unanchored
left join by_place
    on by_place.normalised_name = unanchored.normalised_name and by_place.postcode = unanchored.postcode
left join by_name on by_name.normalised_name = unanchored.normalised_name
where by_place.organisation_id is not null or by_name.organisation_id is not null
order by unanchored.dataset, unanchored.record_key
