with exact as (
    select dataset, record_key, organisation_id, match_rule
    from organisations.anchors
    where month = $month
    union all
    select dataset, record_key, organisation_id, match_rule
    from organisations.name_matches
    where month = $month
),

-- Records that name their organisation by a number are all anchored, and no others.
unmatched as (
    select
        records.dataset, records.record_key, records.normalised_name, records.postcode, records.is_overseas,
        links.organisation_id as linked_id, links.match_probability
    from organisations.source_records as records
    anti join organisations.name_matches as named
        on named.month = records.month and named.dataset = records.dataset and named.record_key = records.record_key
    left join organisations.links as links
        on
            links.month = records.month and links.dataset = records.dataset
            and links.record_key = records.record_key
    where records.month = $month and records.crn is null and records.entref is null
),

-- A name that linkage has given to one organisation is that organisation's at every postcode.
linked_names as (
    select normalised_name, min(linked_id) as organisation_id
    from unmatched
    where linked_id is not null
    group by normalised_name
    having min(linked_id) = max(linked_id)
),

unlinked as (
    select
        unmatched.dataset, unmatched.record_key, unmatched.normalised_name, unmatched.is_overseas,
        linked_names.organisation_id as linked_name_id,
        -- The place is part of who it is; all that lies overseas is one place.
        if(unmatched.is_overseas, 'OVERSEAS', coalesce(unmatched.postcode, '')) as place
    from unmatched
    left join linked_names
        on linked_names.normalised_name = if(unmatched.is_overseas, null, unmatched.normalised_name)
    where unmatched.linked_id is null
),

placed_names as (
    select normalised_name, min(place) as place
    from unlinked
    where linked_name_id is null and not is_overseas and place <> ''
    group by normalised_name
    having min(place) = max(place)
),

own as (
    select
        unlinked.dataset, unlinked.record_key, unlinked.place,
        unlinked.place = '' and placed_names.place is not null as is_by_name,
        'ORG-' || left(md5(
            unlinked.normalised_name || '|' || if(unlinked.place = '', coalesce(placed_names.place, ''), unlinked.place)
        ), 12) as organisation_id
    from unlinked
    left join placed_names on placed_names.normalised_name = unlinked.normalised_name
    where unlinked.linked_name_id is null
),

ordered as (
    select
        *,
        row_number() over (partition by organisation_id order by is_by_name, dataset, record_key) as position
    from own
)

select dataset, record_key, organisation_id, match_rule, 1.0::double as match_score
from exact
union all
select dataset, record_key, linked_id, 'linked', match_probability
from unmatched
where linked_id is not null
union all
select dataset, record_key, linked_name_id, 'name', 1.0
from unlinked
where linked_name_id is not null
union all
select
    dataset, record_key, organisation_id,
    case
        when position = 1 then 'new'
        when is_by_name or place in ('', 'OVERSEAS') then 'name'
        else 'name_postcode'
    end,
    1.0
from ordered
