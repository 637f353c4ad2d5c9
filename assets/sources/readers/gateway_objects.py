"""The objects of Gateway to Research's API (GtR-2 JSON): projects, organisations and funds.

One object a line, or pages as they are fetched (`{"totalPages": ..., "project": [...]}`). What an object is follows
from its keys. What belongs here: the API's shapes. What does not: the site's CSV export (`ukri`).
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from assets.methods.text.postcodes import normalise_postcode
from assets.sources.files.kinds import SEND_AGAIN, Part, check_utf8, json_content, unreadable
from assets.sources.files.lines import LINE_KINDS, lines_of, reader_database
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk
from assets.sources.values.columns import BETWEEN_DATES
from assets.sources.values.refusals import check_share, rejected_rows

JSON_KINDS = (*LINE_KINDS, "json")
ONE_HOUR_MS = 3_600_000
FIRST_BYTES = 4_096
"""Of a file, in which its first character is looked for."""

PIECES = """
    create table pieces as
    select file, row, unnest(case
            when json_type(body) = 'ARRAY' then json_extract(body, '$[*]')
            when json_type(body, '$.project') = 'ARRAY' then json_extract(body, '$.project[*]')
            when json_type(body, '$.organisation') = 'ARRAY' then json_extract(body, '$.organisation[*]')
            when json_type(body, '$.fund') = 'ARRAY' then json_extract(body, '$.fund[*]')
            else [body]
        end) as body
    from bodies where is_json
"""
"""What stands in a line or a file, lists and pages taken apart."""

OBJECTS = """
    create table objects as
    select file, row, case
            when json_exists(body, '$.valuePounds') then 'fund'
            when json_exists(body, '$.leadFunder') or json_exists(body, '$.participantValues')
                or json_exists(body, '$.grantCategory') or json_exists(body, '$.abstractText') then 'project'
            when json_exists(body, '$.addresses') or (json_exists(body, '$.name') and not json_exists(body, '$.title'))
                then 'organisation'
        end as kind, body
    from pieces
"""
"""Every object, and its kind by its keys."""

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

MISDATED = f"""
    with of_funds as (
        select * from (select file, row, unnest(links.link) as l from projects) where l.rel = 'FUND'
    ), times as (
        select file, row, 'start' as column_name, "start" as value from projects
        union all select file, row, 'end', "end" from projects
        union all select file, row, 'start', "start" from funds
        union all select file, row, 'end', "end" from funds
        union all select file, row, 'links.start', l."start" from of_funds
        union all select file, row, 'links.end', l."end" from of_funds
    )
    select file, row, column_name, value,
        'a time in milliseconds since 1970, or a date, {BETWEEN_DATES}' as expected
    from times
    where nullif(trim(value), '') is not null and day_of(value) is null
    order by all
"""
"""Times that are none, or of no day that anything can be of: the object that they stand in is refused."""
WELL_DATED = """
    delete from {kind}s where (file, row) in (select (file, row) from misdated)
"""

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


REFUSED = """
    select file, row, cast(null as varchar) as column_name,
        'a line of ' || length(line) || ' characters' as value, 'a JSON object' as expected
    from bodies where not is_json
    union all
    select file, row, 'id', null, 'the id of the object'
    from pieces where json_extract_string(body, '$.id') is null
    union all
    select file, row, 'valuePounds.amount', valuePounds.amount, $expected from funds
    where not is_amount(valuePounds.amount, $limit)
    union all
    select file, row, 'participantValues.participant.grantOffer', offer, $expected
    from (
        select file, row, unnest(list_transform(participantValues.participant, lambda p: p.grantOffer)) as offer
        from projects
    )
    where not is_amount(offer, $limit)
    order by file, row, column_name, value
"""
"""What is refused: lines that are no JSON, objects without an id, and those that give an amount that is none. Of a line
its length alone is told: an abstract may stand in it."""

IS_AMOUNT = """
    create macro is_amount(written, most) as
    coalesce(try_cast(written as decimal(18, 2)) between 0 and most, written is null)
"""

REMOVED = (
    "delete from funds where not is_amount(valuePounds.amount, $limit)",
    "delete from projects where not list_bool_and(coalesce(list_transform("
    "participantValues.participant, lambda p: is_amount(p.grantOffer, $limit)), []))",
)
"""The funds and projects that are refused for an amount."""


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

    A file that is one list of objects is taken apart. A line that is not JSON, an object without an id, one whose
    amount is negative or no number, and one with a time of no day that can be, are refused; raises DropError where
    there is no project.
    """
    with reader_database(desk) as database:
        database.execute("create table bodies (file varchar, row bigint, body json, line varchar, is_json boolean)")
        for part in parts:
            _take_in(database, part)
        for statement in (
            PIECES,
            OBJECTS,
            DAY_OF,
            NAME_KEY,
            IS_AMOUNT,
            *(STRUCTURED.format(kind=kind, structure=STRUCTURES[kind]) for kind in STRUCTURES),
        ):
            database.execute(statement)
        rejected = pl.concat([_refuse(database, desk), _refuse_misdated(database, desk)])
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
    """Add a file's lines, or the one object of a `.json` page or the list of whatever begins as one, to `bodies`."""
    if part.kind == "json" or _is_list(part):
        database.register("page", _page(part).to_arrow())
        relation = "page"
    else:
        check_utf8(part)
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


def _is_list(part: Part) -> bool:
    with part.path.open("rb") as stream:
        return stream.read(FIRST_BYTES).removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["


def _page(part: Part) -> pl.DataFrame:
    """The objects of a page, as `row` and `line`: one, or each of a list."""
    content = json_content(part)
    objects = content if isinstance(content, list) else [content]
    return pl.DataFrame(
        {"row": range(1, len(objects) + 1), "line": [json.dumps(item) for item in objects]},
        schema={"row": pl.Int64, "line": pl.String},
    )


def _refuse(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """What is refused, taken out of the tables of objects."""
    limit = desk.limits.max_award_gbp
    expected = f"an amount in pounds, 0 or more and at most {limit:,.0f}, which is max_award_gbp"
    failing = database.sql(REFUSED, params={"expected": expected, "limit": limit}).pl()
    if failing.is_empty():
        return rejected_rows(failing)
    objects = "select (select count(*) from pieces) + (select count(*) from bodies where not is_json)"
    total = database.sql(objects).fetchall()[0][0]
    check_share(failing.select("file", "row").n_unique(), total, failing, desk)
    for statement in REMOVED:
        database.execute(statement, {"limit": limit})
    return rejected_rows(failing)


def _refuse_misdated(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """The objects with a time that cannot be, which are refused and left out."""
    failing = database.sql(MISDATED).pl()
    if failing.height:
        total = database.sql("select count(*) from objects").fetchall()[0][0]
        check_share(failing.select("file", "row").n_unique(), total, failing, desk)
        database.register("misdated", failing.to_arrow())
        for kind in ("project", "fund"):
            database.execute(WELL_DATED.format(kind=kind))
    return rejected_rows(failing)
