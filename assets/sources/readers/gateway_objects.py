"""The objects of Gateway to Research's API (GtR-2 JSON): projects, organisations and funds.

One object a line, or pages as they are fetched (`{"totalPages": ..., "project": [...]}`). What an object is follows
from its keys. What belongs here: the API's shapes. What does not: the site's CSV export (`ukri`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from assets.reference.postcodes import normalise_postcode
from assets.sources.columns import BETWEEN_DATES
from assets.sources.files import SEND_AGAIN, Part, check_utf8, unreadable
from assets.sources.lines import LINE_KINDS, lines_of, reader_database
from assets.sources.problems import DropError, Problem
from assets.sources.reading import Delivery, Desk
from assets.sources.refusals import check_share, rejected_rows

JSON_KINDS = (*LINE_KINDS, "json")
ONE_HOUR_MS = 3_600_000

OBJECTS = """
    create table objects as
    select file, row, case
            when json_exists(body, '$.valuePounds') then 'fund'
            when json_exists(body, '$.leadFunder') or json_exists(body, '$.participantValues')
                or json_exists(body, '$.grantCategory') or json_exists(body, '$.abstractText') then 'project'
            when json_exists(body, '$.addresses') or (json_exists(body, '$.name') and not json_exists(body, '$.title'))
                then 'organisation'
        end as kind, body
    from (
        select file, row, unnest(case
                when json_type(body, '$.project') = 'ARRAY' then json_extract(body, '$.project[*]')
                when json_type(body, '$.organisation') = 'ARRAY' then json_extract(body, '$.organisation[*]')
                when json_type(body, '$.fund') = 'ARRAY' then json_extract(body, '$.fund[*]')
                else [body]
            end) as body
        from bodies where is_json
    )
"""
"""Every object, pages taken apart, and its kind by its keys."""

STRUCTURED = """
    create table {kind}s as
    select file, row, o.*
    from (select file, row, json_transform(body, '{structure}') as o from objects where kind = '{kind}')
    where o.id is not null
    qualify row_number() over (partition by o.id order by file, row) = 1
"""
"""The objects of a kind; of several with one id (pages overlap while they are fetched) the first."""

STRUCTURES = {
    "project": """{"id": "VARCHAR", "title": "VARCHAR", "status": "VARCHAR", "leadFunder": "VARCHAR",
        "start": "VARCHAR", "end": "VARCHAR", "identifiers": {"identifier": [{"value": "VARCHAR"}]},
        "participantValues": {"participant": [{"organisationName": "VARCHAR", "organisationId": "VARCHAR",
            "role": "VARCHAR", "grantOffer": "VARCHAR"}]},
        "links": {"link": [{"rel": "VARCHAR", "href": "VARCHAR", "start": "VARCHAR", "end": "VARCHAR"}]}}""",
    "organisation": """{"id": "VARCHAR", "name": "VARCHAR",
        "addresses": {"address": [{"postCode": "VARCHAR", "region": "VARCHAR", "type": "VARCHAR"}]}}""",
    "fund": """{"id": "VARCHAR", "start": "VARCHAR", "end": "VARCHAR", "valuePounds": {"amount": "VARCHAR"}}""",
}

DAY_OF = f"""
    create macro day_of(written) as plausible(coalesce(
        try(cast(epoch_ms(try_cast(written as bigint) + {ONE_HOUR_MS}) as date)),
        try_cast(left(written, 10) as date)))
"""
"""The day of a time in epoch milliseconds, or of an ISO date. A day is midnight in London, which in summer is 23:00 of
the day before in UTC: an hour on, both fall on the day that is meant."""

IMPLAUSIBLE = f"""
    select file, row, name as column_name, written as value,
        'a time in milliseconds since 1970, or a date, {BETWEEN_DATES}' as expected
    from (
        select file, row, unnest(['start', 'end']) as name,
            unnest([json_extract_string(body, '$.start'), json_extract_string(body, '$.end')]) as written
        from objects where kind in ('project', 'fund')
    )
    where written <> '' and day_of(written) is null
    order by file, row, name
"""
"""The times of projects and funds that are none, or of no day that anything can be of."""

NAME_KEY = "create macro name_key(name) as lower(regexp_replace(trim(name), '\\s+', ' ', 'g'))"

LINKS = """
    create table project_links as
    select id as project_id, l.rel as rel, regexp_extract(l.href, '([^/]+)/*$', 1) as target,
        l."start" as "start", l."end" as "end"
    from (select id, unnest(links.link) as l from projects)
"""

PROJECT_ROWS = """
    with project_funds as (
        select k.project_id, sum(try_cast(f.valuePounds.amount as decimal(18, 2))) as amount_gbp,
            min(coalesce(day_of(f."start"), day_of(k."start"))) as start_date,
            max(coalesce(day_of(f."end"), day_of(k."end"))) as end_date
        from (select distinct on (project_id, target) * from project_links where rel = 'FUND') as k
        left join funds as f on f.id = k.target
        group by k.project_id
    ), offers as (
        select project_id, sum(grant_offer_gbp) as amount_gbp from participants group by project_id
    )
    select p.id as project_id, p.identifiers.identifier[1].value as reference, p.title as title,
        coalesce(p.leadFunder, 'Unknown') as lead_funder, p.status as status,
        coalesce(day_of(p."start"), d.start_date) as start_date, coalesce(day_of(p."end"), d.end_date) as end_date,
        cast(coalesce(d.amount_gbp, g.amount_gbp) as decimal(18, 2)) as amount_gbp
    from projects as p
    left join project_funds as d on d.project_id = p.id
    left join offers as g on g.project_id = p.id
    order by p.id
"""

PARTICIPANT_ROWS = """
    create table participants as
    with parts as (
        select id as project_id,
            coalesce(nullif(trim(v.organisationId), ''), name_key(v.organisationName)) as organisation_key,
            trim(v.organisationName) as name,
            case when v.role ilike '%lead%' then 1 when v.role ilike '%collab%' then 3 else 2 end as rank,
            try_cast(v.grantOffer as decimal(18, 2)) as grant_offer_gbp
        from (select id, unnest(participantValues.participant) as v from projects)
        union all
        select project_id, target, null, case rel when 'LEAD_ORG' then 1 when 'PARTICIPANT_ORG' then 2 else 3 end, null
        from project_links where rel in ('LEAD_ORG', 'PARTICIPANT_ORG', 'COLLAB_ORG', 'PP_ORG')
    )
    select project_id, organisation_key, min(name) as name,
        ['lead', 'participant', 'collaborator'][min(rank)] as role,
        cast(sum(grant_offer_gbp) as decimal(18, 2)) as grant_offer_gbp
    from parts where organisation_key is not null
    group by project_id, organisation_key
"""
"""An organisation stands once on a project, in its strongest role, with all that it was offered."""

ORGANISATION_ROWS = """
    with addresses as (
        select id, a.postCode as postcode, a.region as region
        from (select id, unnest(addresses.address) as a from organisations)
        qualify row_number() over (partition by id order by a.type is distinct from 'MAIN_ADDRESS', a.postCode) = 1
    )
    select o.id as organisation_key, coalesce(nullif(trim(o.name), ''), o.id) as name, a.postcode, a.region
    from organisations as o left join addresses as a on a.id = o.id
    union all
    select organisation_key, coalesce(min(name), organisation_key), null, null
    from participants where organisation_key not in (select id from organisations)
    group by organisation_key
    order by 1
"""
"""Organisations, with their main address; those that only projects name stand with that name, or with their id."""


MALFORMED = """
    select file, row, cast(null as varchar) as column_name, line as value, 'a JSON object' as expected
    from bodies where not is_json
    union all
    select file, row, 'id', null, 'the id of the object'
    from bodies
    where is_json and json_extract_string(body, '$.id') is null and 'ARRAY' not in (
        coalesce(json_type(body, '$.project'), ''), coalesce(json_type(body, '$.organisation'), ''),
        coalesce(json_type(body, '$.fund'), ''))
    order by file, row
"""


@dataclass(frozen=True)
class GatewayObjects:
    """What a drop of objects holds, in the columns of the declared tables."""

    projects: pl.DataFrame
    participants: pl.DataFrame
    organisations: pl.DataFrame
    rejected: pl.DataFrame
    others: int
    """Objects of kinds that are not read (persons, outcomes)."""


def read_objects(parts: Sequence[Part], delivery: Delivery, desk: Desk) -> GatewayObjects:
    """Projects, participants and organisations of a drop's plain files.

    A line that is not JSON, an object without an id, and one that starts or ends on no day that can be, are refused;
    raises DropError where there is no project.
    """
    with reader_database(desk) as database:
        database.execute("create table bodies (file varchar, row bigint, body json, line varchar, is_json boolean)")
        for part in parts:
            check_utf8(part)
            _take_in(database, part)
        rejected = _refuse_malformed(database, desk)
        for statement in (OBJECTS, DAY_OF):
            database.execute(statement)
        rejected = pl.concat([rejected, _refuse_implausible(database, desk)])
        for statement in (
            NAME_KEY,
            *(STRUCTURED.format(kind=kind, structure=STRUCTURES[kind]) for kind in STRUCTURES),
        ):
            database.execute(statement)
        database.execute(LINKS)
        database.execute(PARTICIPANT_ROWS)
        projects = database.sql(PROJECT_ROWS).pl()
        participants = database.sql("select * exclude (name) from participants order by all").pl()
        organisations = database.sql(ORGANISATION_ROWS).pl()
        others = database.sql("select count(*) from objects where kind is null").fetchall()[0][0]
    if projects.is_empty():
        expected = (
            "objects with the keys of GtR-2 projects (id, leadFunder, participantValues, links), or pages of them"
        )
        raise DropError(Problem(delivery.drop.path, "there is no project in the drop", expected, SEND_AGAIN))
    located = organisations.with_columns(normalise_postcode(pl.col("postcode")))
    return GatewayObjects(projects, participants, located, rejected, others)


def _take_in(database: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Add a file's lines, or the one object or the list of a `.json` page, to `bodies`."""
    if part.kind == "json":
        database.register("page", _page(part).to_arrow())
        relation = "page"
    else:
        relation = lines_of(part)
    try:
        database.execute(
            "insert into bodies select $file, row, case when is_json then cast(line as json) end, "
            "case when not is_json then line end, is_json "
            f"from (select row, line, json_valid(line) as is_json from {relation} where line is not null)",
            {"file": part.name},
        )
    except duckdb.InvalidInputException as error:
        raise unreadable(part, error) from error


def _page(part: Part) -> pl.DataFrame:
    """The objects of a page, as `row` and `line`: one, or each of a list."""
    try:
        content = json.loads(part.path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise unreadable(part, error) from error
    objects = content if isinstance(content, list) else [content]
    return pl.DataFrame(
        {"row": range(1, len(objects) + 1), "line": [json.dumps(item) for item in objects]},
        schema={"row": pl.Int64, "line": pl.String},
    )


def _refuse_malformed(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """The lines that are no JSON object with an id (or a page of them), which are refused."""
    failing = database.sql(MALFORMED).pl()
    total = database.sql("select count(*) from bodies").fetchall()[0][0]
    if failing.height:
        check_share(failing.height, total, failing, desk)
    return rejected_rows(failing)


def _refuse_implausible(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """The projects and funds whose own times cannot be, which are taken out of `objects` and refused."""
    failing = database.sql(IMPLAUSIBLE).pl()
    total = database.sql("select count(*) from objects").fetchall()[0][0]
    if failing.height:
        check_share(failing.height, total, failing, desk)
        database.register("failing", failing.select("file", "row").to_arrow())
        database.execute("delete from objects where kind in ('project', 'fund') and (file, row) in (from failing)")
    return rejected_rows(failing)
