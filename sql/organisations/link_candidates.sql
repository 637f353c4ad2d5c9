-- Records that name their organisation by a number are all anchored, and no others: theirs are the known names.
with unmatched as (
    select records.dataset, records.record_key, records.normalised_name, records.postcode
    from organisations.source_records as records
    anti join organisations.name_matches as name_matches
        on
            name_matches.month = records.month and name_matches.dataset = records.dataset
            and name_matches.record_key = records.record_key
    where records.month = $month and records.crn is null and records.entref is null and not records.is_overseas
),

anchored as (
    select dataset, record_key, normalised_name
    from organisations.source_records
    where month = $month and (crn is not null or entref is not null)
),

wanted_words as (
    select distinct unnest(string_split(normalised_name, ' ')) as word
    from unmatched
),

names as (
    select distinct normalised_name from anchored
),

-- Not kept, but made twice: most words are common, and of no use but to be counted.
known_words as not materialized (
    select normalised_name, unnest(list_distinct(string_split(normalised_name, ' '))) as word
    from names
),

rare_words as (
    select word
    from known_words
    where word in (select word from wanted_words)
    group by word
    having count(*) <= $link_rare_token_names
),

known_rare as (
    select normalised_name, list(word order by word) as rare_tokens
    from known_words
    where word in (select word from rare_words)
    group by normalised_name
),

unmatched_rare as (
    select normalised_name, list(distinct word order by word) as rare_tokens
    from (
        select normalised_name, unnest(string_split(normalised_name, ' ')) as word from unmatched
    ) as words
    where word in (select word from rare_words)
    group by normalised_name
),

-- Names near in place and spelling, at that place; names with a rare word, at all of theirs.
near as (
    select anchored.dataset, anchored.record_key, anchored.normalised_name, places.postcode
    from anchored
    join organisations.source_places as places
        on places.month = $month and places.dataset = anchored.dataset and places.record_key = anchored.record_key
    where
        split_part(places.postcode, ' ', 1) || ' ' || left(anchored.normalised_name, 3) in (
            select split_part(postcode, ' ', 1) || ' ' || left(normalised_name, 3)
            from unmatched
            where postcode is not null
        )
    union all
    select anchored.dataset, anchored.record_key, anchored.normalised_name, places.postcode
    from (
        select * from anchored where normalised_name in (select normalised_name from known_rare)
    ) as anchored
    left join organisations.source_places as places
        on
            places.month = $month and places.dataset = anchored.dataset
            and places.record_key = anchored.record_key and places.postcode is not null
),

known as (
    select distinct
        anchors.organisation_id, near.normalised_name, near.postcode,
        coalesce(known_rare.rare_tokens, []) as rare_tokens
    from near
    join organisations.anchors as anchors
        on anchors.month = $month and anchors.dataset = near.dataset and anchors.record_key = near.record_key
    left join known_rare on known_rare.normalised_name = near.normalised_name
)

select
    unmatched.dataset, unmatched.record_key, null::varchar as organisation_id,
    unmatched.normalised_name, unmatched.postcode,
    coalesce(unmatched_rare.rare_tokens, []) as rare_tokens
from unmatched
left join unmatched_rare on unmatched_rare.normalised_name = unmatched.normalised_name
union all
select null, null, organisation_id, normalised_name, postcode, rare_tokens
from known
order by dataset, record_key, organisation_id, normalised_name, postcode
