select distinct anchors.organisation_id, records.normalised_name, places.postcode
from organisations.anchors as anchors
join organisations.source_records as records
    on records.dataset = anchors.dataset and records.record_key = anchors.record_key
left join organisations.source_places as places
    on
        places.month = anchors.month and places.dataset = anchors.dataset
        and places.record_key = anchors.record_key and places.postcode is not null
where anchors.month = $month and records.month = $month
order by anchors.organisation_id, records.normalised_name, places.postcode
