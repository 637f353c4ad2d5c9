"""The shapes that Gateway to Research's objects come in, as SQL: pages, lists, and results of the site's own search.

The API (GtR-2) gives pages `{"totalPages": ..., "project": [...]}` of one kind of object each; what is fetched is kept
as pages, as lists, or one object a line. The site's search (GtR-1) gives
`{"facetedSearchResultBean": {"results": [{"projectComposition": {...}}]}}`, a project with its fund and its lead in
one: it is taken apart into the objects that the API would give. What belongs here: from files to objects and their
kinds. What does not: what becomes of an object (`gateway_objects`).
"""

from __future__ import annotations

MACROS = (
    """
    create macro text_in(body, path) as try(json_extract_string(body, path))
    """,
    """
    create macro page_key(body) as
    case when json_type(body) = 'OBJECT' and not json_exists(body, '$.id') then list_filter(
        json_keys(body),
        lambda k: k in ('project', 'organisation', 'fund')
            or (
                k not in ('links', 'ext')
                and (json_exists(body, '$.totalSize') or json_exists(body, '$.totalPages'))
                and coalesce(try(json_type(body, '$."' || k || '"')) in ('ARRAY', 'OBJECT'), false)
            )
    )[1] end
    """,
)
"""A text in JSON; the key of a page under which its objects are."""

BATCHES = """
    select min(place) as first, max(place) as last
    from (
        select rowid as place, (sum(coalesce(length(body), 0)) over (order by rowid) - 1) // $most as batch from bodies
    )
    group by batch order by first
"""
"""Which of the lines are taken apart together: DuckDB takes apart two thousand at a time, whatever their length, and a
page of a hundred objects takes megabytes."""

BATCH = """
    create or replace table batch as select * from bodies where rowid between $first and $last
"""

LISTS = """
    create or replace table listed as
    select file, row, is_document, unnest(range(1, len(members) + 1)) as item, unnest(members) as body
    from (
        select file, row, is_document, json_extract(body, '$[*]') as members
        from batch where is_json and json_type(body) = 'ARRAY'
    )
    union all
    select file, row, is_document, 0, body from batch where is_json and json_type(body) <> 'ARRAY'
"""
"""What stands in lines and files, lists taken apart."""

PAGES = """
    create or replace table pages as
    select file, row, item, is_document, key, as_list(case
            when key = 'results' then json_extract(body, '$.facetedSearchResultBean.results')
            else json_extract(body, '$."' || key || '"')
        end) as members,
        try_cast(case
            when key = 'results' then text_in(body, '$.facetedSearchResultBean.totalResults')
            else text_in(body, '$.totalSize')
        end as bigint) as stated
    from (
        select *, if(json_exists(body, '$.facetedSearchResultBean'), 'results', page_key(body)) as key from listed
    )
    where key is not null
"""

PIECES = """
    create or replace table pieces as
    with taken_apart as (
        select file, row, item, null::varchar as said, body
        from listed anti join pages using (file, row, item)
        where json_type(body) <> 'NULL'
            and not (json_exists(body, '$.totalSize') and not json_exists(body, '$.id'))
        union all
        select file, if(is_document, place, row), place, key, member
        from (
            select file, row, is_document, key, unnest(range(1, len(all_members) + 1)) as place,
                unnest(all_members) as member
            from (select *, json_extract(members, '$[*]') as all_members from pages)
        )
        where json_type(member) <> 'NULL'
    ), compositions as (
        select file, row, item, coalesce(
            json_extract(body, '$.projectComposition'), json_extract(body, '$.projectOverview.projectComposition')
        ) as c
        from taken_apart
        where json_exists(body, '$.projectComposition') or json_exists(body, '$.projectOverview.projectComposition')
    ), partners as (
        select file, row, item, c, json_extract(as_list(json_extract(c, '$.organisationRoles')), '$[*]') as roles
        from compositions
    ), organisations as (
        select file, row, item, json_extract(c, '$.leadResearchOrganisation') as o from partners
        union all
        select file, row, item, unnest(roles) from partners
    )
    select file, row, item, said, body from taken_apart
    where not json_exists(body, '$.projectComposition') and not json_exists(body, '$.projectOverview')
    union all
    select file, row, item, 'project', json_object(
        'id', text_in(c, '$.project.id'), 'title', text_in(c, '$.project.title'),
        'status', text_in(c, '$.project.status'), 'leadFunder', text_in(c, '$.project.fund.funder.name'),
        'identifiers', json_object('identifier', json_array(
            json_object('value', text_in(c, '$.project.grantReference')))),
        'links', json_object('link', json_array(
            json_object('rel', 'FUND', 'href', text_in(c, '$.project.id')))),
        'participantValues', json_object('participant', list_prepend(
            json_object(
                'organisationId', text_in(c, '$.leadResearchOrganisation.id'),
                'organisationName', text_in(c, '$.leadResearchOrganisation.name'), 'role', 'LEAD_ORG'),
            list_transform(coalesce(roles, []), lambda o: json_object(
                'organisationId', text_in(o, '$.id'), 'organisationName', text_in(o, '$.name'), 'role',
                if(cast(o as varchar) ilike '%lead%', 'LEAD_ORG', 'COLLAB_ORG')))))
    )
    from partners
    union all
    select file, row, item, 'fund', json_object(
        'id', text_in(c, '$.project.id'), 'start', text_in(c, '$.project.fund.start'),
        'end', text_in(c, '$.project.fund.end'), 'category', text_in(c, '$.project.fund.type'),
        'valuePounds', json_object('amount', coalesce(
            text_in(c, '$.project.fund.valuePounds.amount'), text_in(c, '$.project.fund.valuePounds')))
    )
    from partners where json_type(c, '$.project.fund') = 'OBJECT'
    union all
    select file, row, item, 'organisation', json_object(
        'id', text_in(o, '$.id'), 'name', text_in(o, '$.name'), 'addresses', json_object('address', json_object(
            'postCode', coalesce(text_in(o, '$.address.postCode'), text_in(o, '$.address.postcode')),
            'region', text_in(o, '$.address.region'), 'type', 'MAIN_ADDRESS'))
    )
    from organisations where text_in(o, '$.id') is not null
"""
"""Every object: `said` is the kind that its page says it is of. `item` is its place in a page or list, 0 of one that
stands by itself; of a page that is a file its row too."""

FOUND = (
    "create table page_sizes (key varchar, stated bigint)",
    "create table objects (file varchar, row bigint, item bigint, kind varchar, word varchar, body json)",
)
"""What is kept of all batches: what pages say of how many objects there are, and the objects."""

PAGE_SIZES = "insert into page_sizes select key, stated from pages where stated is not null"

OBJECTS = """
    insert into objects
    with told as (
        select *, coalesce(
            said, nullif(regexp_extract(text_in(body, '$.href'), '/gtr/api/(?:outcomes/)?([a-zA-Z]+)/[^/]+/*$', 1), '')
        ) as word
        from pieces
    )
    select file, row, item, case
            when word in ('project', 'projects') then 'project'
            when word in ('organisation', 'organisations') then 'organisation'
            when word in ('fund', 'funds') then 'fund'
            when word is not null then null
            when json_exists(body, '$.valuePounds') then 'fund'
            when json_exists(body, '$.leadFunder') or json_exists(body, '$.participantValues')
                or json_exists(body, '$.grantCategory') then 'project'
            when json_exists(body, '$.abstractText') and not json_exists(body, '$.datePublished')
                and not json_exists(body, '$.journalTitle') and not json_exists(body, '$.publicationUrl') then 'project'
            when json_exists(body, '$.addresses') or (json_exists(body, '$.name') and not json_exists(body, '$.title'))
                then 'organisation'
        end as kind, word, body
    from told
"""
"""The kind of each object: by the page that it is from, by its address, else by its keys; null where it is not read."""

STRUCTURED = """
    create table {kind}s as
    select file, row, item, o.* {lists}
    from (
        select file, row, item, json_transform(body, '{structure}') as o {raw_lists}
        from objects where kind = '{kind}'
    )
    where o.id is not null
    qualify row_number() over (partition by o.id order by file, row, item) = 1
"""
"""The objects of a kind; of several with one id (pages overlap while they are fetched) the first."""

STRUCTURES = {
    "project": """{"id": "VARCHAR", "title": "VARCHAR", "status": "VARCHAR", "leadFunder": "VARCHAR",
        "start": "VARCHAR", "end": "VARCHAR"}""",
    "organisation": """{"id": "VARCHAR", "name": "VARCHAR"}""",
    "fund": """{"id": "VARCHAR", "start": "VARCHAR", "end": "VARCHAR", "category": "VARCHAR",
        "valuePounds": {"amount": "VARCHAR"}}""",
}
LISTS_OF = {
    "project": {
        "identifiers": ("identifiers.identifier", '{"value": "VARCHAR"}'),
        "participants": (
            "participantValues.participant",
            '{"organisationName": "VARCHAR", "organisationId": "VARCHAR", "role": "VARCHAR", "grantOffer": "VARCHAR"}',
        ),
        "links": ("links.link", '{"rel": "VARCHAR", "href": "VARCHAR", "start": "VARCHAR", "end": "VARCHAR"}'),
    },
    "organisation": {
        "addresses": ("addresses.address", '{"postCode": "VARCHAR", "region": "VARCHAR", "type": "VARCHAR"}')
    },
    "fund": {"links": ("links.link", '{"rel": "VARCHAR", "href": "VARCHAR"}')},
}
"""The lists in an object of each kind, by our name: where they stand, and what is read of a member."""


def structured(kind: str) -> str:
    """SQL for the table of the objects of a kind, with a column for each of its keys and lists."""
    lists = LISTS_OF[kind]
    raw = "".join(
        f""", json_transform(as_list(json_extract(body, '$.{path}')), '[{member}]') as {name}"""
        for name, (path, member) in lists.items()
    )
    return (
        STRUCTURED.replace("{kind}", kind)
        .replace("{structure}", STRUCTURES[kind])
        .replace("{lists}", "".join(f", {name}" for name in lists))
        .replace("{raw_lists}", raw)
    )
