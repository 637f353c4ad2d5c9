with unanchored as (
    select records.dataset, records.record_key, records.normalised_name, records.postcode
    from organisations.source_records as records
    anti join organisations.anchors as anchors
        on
            anchors.month = records.month and anchors.dataset = records.dataset
            and anchors.record_key = records.record_key
    where records.month = $month and not records.is_overseas
),

known as (
    select organisation_id, normalised_name, postcode
    from organisations.known_names
    where month = $month and normalised_name in (select normalised_name from unanchored)
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
