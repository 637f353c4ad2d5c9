"""The objects of Gateway to Research: projects, organisations and funds, as rows of the declared tables.

What belongs here: what becomes of an object. What does not: the shapes that objects come in (`gateway_shapes`), the
site's CSV export (`ukri`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from assets.methods.text.postcodes import normalise_postcode
from assets.sources.files.documents import documents, is_document
from assets.sources.files.kinds import SEND_AGAIN, Part, unreadable
from assets.sources.files.lines import checked_lines, lines_of, reader_database
from assets.sources.problems import DropError, Problem
from assets.sources.readers.gateway_shapes import (
    BATCH,
    BATCHES,
    FOUND,
    LISTS,
    MACROS,
    OBJECTS,
    PAGE_SIZES,
    PAGES,
    PIECES,
    STRUCTURES,
    structured,
)
from assets.sources.reading.contract import Codes, Delivery, Desk
from assets.sources.values.columns import BETWEEN_DATES
from assets.sources.values.refusals import check_share, rejected_rows

ONE_HOUR_MS = 3_600_000
BATCH_CHARACTERS = 16_000_000
"""Of JSON that is taken apart at a time: it takes some tens of times as many bytes."""
COUNTED_CATEGORY = "INCOME_ACTUAL"
"""The category of the funds that count, as Gateway to Research states: those of the others are of the same money again.
A fund without a category counts."""

BODIES = """
    create table bodies (file varchar, row bigint, body json, line varchar, is_json boolean, is_document boolean)
"""
TAKE_IN = """
    insert into bodies
    select {file}, row, if(is_json, cast(line as json), null), if(is_json, null, line), is_json, {is_document}
    from (select *, json_valid(line) as is_json from {lines} where line is not null)
"""

DAY_OF = f"""
    create macro day_of(written) as plausible(coalesce(
        try(cast(epoch_ms(try_cast(written as bigint) + {ONE_HOUR_MS}) as date)),
        try_cast(left(written, 10) as date)))
"""
"""The day of a time in epoch milliseconds, or of an ISO date. A day is midnight in London, which in summer is 23:00 of
the day before in UTC: an hour on, both fall on the day that is meant."""

MISDATED = f"""
    with of_funds as (
        select * from (select file, row, item, unnest(links) as l from projects) where l.rel = 'FUND'
    ), times as (
        select file, row, item, 'start' as column_name, "start" as value from projects
        union all select file, row, item, 'end', "end" from projects
        union all select file, row, item, 'start', "start" from funds
        union all select file, row, item, 'end', "end" from funds
        union all select file, row, item, 'links.start', l."start" from of_funds
        union all select file, row, item, 'links.end', l."end" from of_funds
    )
    select file, row, item, column_name, value,
        'a time in milliseconds since 1970, or a date, {BETWEEN_DATES}' as expected
    from times
    where nullif(trim(value), '') is not null and day_of(value) is null
    order by all
"""
"""Times that are none, or of no day that anything can be of: the object that they stand in is refused."""
WELL_DATED = """
    delete from {kind}s where (file, row, item) in (select (file, row, item) from misdated)
"""

NAME_KEY = "create macro name_key(name) as lower(regexp_replace(trim(name), '\\s+', ' ', 'g'))"

COUNTS = f"""
    create macro counts(category) as coalesce(nullif(trim(category), ''), '{COUNTED_CATEGORY}') = '{COUNTED_CATEGORY}'
"""

LINKS = """
    create table project_links as
    select id as project_id, l.rel as rel, regexp_extract(l.href, '([^/]+)/*$', 1) as target,
        l."start" as "start", l."end" as "end"
    from (select id, unnest(links) as l from projects)
"""

FUNDS_OF = """
    create table project_funds as
    select distinct on (k.project_id, k.target) k.project_id, f.id as fund_id, f.valuePounds.amount as amount,
        coalesce(day_of(f."start"), day_of(k."start")) as start_date,
        coalesce(day_of(f."end"), day_of(k."end")) as end_date
    from (
        select project_id, target, "start", "end" from project_links where rel = 'FUND'
        union all
        select regexp_extract(l.href, '([^/]+)/*$', 1), id, null, null
        from (select id, unnest(links) as l from funds) where l.rel in ('FUNDED', 'PROJECT')
    ) as k
    left join funds as f on f.id = k.target
    where counts(f.category)
    order by k.project_id, k.target, k."start" nulls last
"""
"""The funds of each project that count, each once: as the project names them, and as they name the project."""

PROJECT_ROWS = """
    with funded as (
        select project_id, sum(try_cast(amount as decimal(18, 2))) as amount_gbp, min(start_date) as start_date,
            max(end_date) as end_date
        from project_funds group by project_id
    ), offers as (
        select project_id, sum(grant_offer_gbp) as amount_gbp from participants group by project_id
    )
    select p.id as project_id, p.identifiers[1].value as reference, p.title as title,
        coalesce(p.leadFunder, 'Unknown') as lead_funder, p.status as status,
        coalesce(day_of(p."start"), d.start_date) as start_date, coalesce(day_of(p."end"), d.end_date) as end_date,
        cast(coalesce(d.amount_gbp, g.amount_gbp) as decimal(18, 2)) as amount_gbp
    from projects as p
    left join funded as d on d.project_id = p.id
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
        from (select id, unnest(participants) as v from projects)
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
        from (select id, unnest(addresses) as a from organisations)
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
    select file, row, 0 as item, cast(null as varchar) as column_name,
        'a line of ' || length(line) || ' characters' as value, 'a JSON object' as expected
    from bodies where not is_json
    union all
    select file, row, item, 'id', null, if(
        json_exists(body, '$.text') and json_exists(body, '$.timestamp'),
        'the id of the object: this is an error that the service answered, so the page is to be fetched again',
        'the id of the object'
    )
    from objects where (kind is not null or word is null) and text_in(body, '$.id') is null
    union all
    select file, row, item, 'valuePounds.amount', valuePounds.amount, $expected from funds
    where not is_amount(valuePounds.amount, $limit)
    union all
    select file, row, item, 'participantValues.participant.grantOffer', offer, $expected
    from (
        select file, row, item, unnest(list_transform(participants, lambda p: p.grantOffer)) as offer
        from projects
    )
    where not is_amount(offer, $limit)
    order by file, row, item, column_name, value
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
    "participants, lambda p: is_amount(p.grantOffer, $limit)), []))",
)
"""The funds and projects that are refused for an amount."""

OTHERS = """
    select coalesce(word, 'object of another kind') as what, count(*) from objects
    where kind is null and text_in(body, '$.id') is not null or (kind is null and word is not null)
    group by what order by what
"""
REPEATED = (
    "select count(text_in(body, '$.id')) - count(distinct text_in(body, '$.id')) from objects where kind = '{kind}'"
)
IDLE = """
    select file from (select distinct file from bodies)
    anti join (select file from objects where kind is not null) using (file)
    anti join (select file from bodies where not is_json) using (file)
    order by file
"""
"""Files that give nothing that is read, and of which nothing is refused."""
STATED = """
    select p.key, max(p.stated) as stated, any_value(f.found) as found
    from page_sizes as p
    join (
        select kind, count(distinct text_in(body, '$.id')) as found from objects group by kind
    ) as f on f.kind = case p.key when 'results' then 'project' else p.key end
    group by p.key having max(p.stated) > any_value(f.found) order by p.key
"""
"""How many objects of a kind the pages say that there are in all, where fewer are in the drop."""


@dataclass(frozen=True)
class GatewayObjects:
    """What a drop of objects holds, in the columns of the declared tables."""

    projects: pl.DataFrame
    participants: pl.DataFrame
    organisations: pl.DataFrame
    rejected: pl.DataFrame
    postcodes: Codes
    """How many organisations have a postcode, and how many give one that is none."""
    passed_over: dict[str, int]
    """Objects that are not read (persons, outcomes) or do not count, by what they are."""
    notes: tuple[str, ...]


def read_objects(parts: Sequence[Part], delivery: Delivery, desk: Desk) -> GatewayObjects:
    """Projects, participants and organisations of a drop's plain files.

    A file that is one list of objects is taken apart. A line that is not JSON, an object without an id, one whose
    amount is negative or no number, and one with a time of no day that can be, are refused; raises DropError where
    there is no project.
    """
    with reader_database(desk) as database:
        database.execute(BODIES)
        _take_in(database, parts, desk)
        kinds = [structured(kind) for kind in STRUCTURES]
        for statement in (*MACROS, *FOUND):
            database.execute(statement)
        for first, last in database.execute(BATCHES, {"most": BATCH_CHARACTERS}).fetchall():
            database.execute(BATCH, {"first": first, "last": last})
            for statement in (LISTS, PAGES, PAGE_SIZES, PIECES, OBJECTS):
                database.execute(statement)
        for statement in (DAY_OF, NAME_KEY, IS_AMOUNT, COUNTS, *kinds):
            database.execute(statement)
        rejected = pl.concat([_refuse(database, desk), _refuse_misdated(database, desk)])
        for statement in (LINKS, FUNDS_OF, PARTICIPANT_ROWS):
            database.execute(statement)
        projects = database.sql(PROJECT_ROWS).pl()
        participants = database.sql("select * exclude (name) from participants order by all").pl()
        organisations = database.sql(ORGANISATION_ROWS).pl()
        passed_over, notes = _passed_over(database), _notes(database)
    if projects.is_empty():
        expected = (
            "objects with the keys of GtR-2 projects (id, leadFunder, participantValues, links), pages of them, or "
            "results of the site's search"
        )
        raise DropError(Problem(delivery.drop.path, "there is no project in the drop", expected, SEND_AGAIN))
    located = organisations.with_columns(normalise_postcode(pl.col("postcode")))
    postcodes = _postcodes(organisations, located["postcode"], desk)
    return GatewayObjects(projects, participants, located, rejected, postcodes, passed_over, notes)


def _postcodes(given: pl.DataFrame, read: pl.Series, desk: Desk) -> Codes:
    """What stands in the organisations' postcodes: those that are none, as of places abroad, are left out."""
    unread = given.filter((pl.col("postcode").fill_null("").str.strip_chars() != "") & read.is_null())
    key, value = unread.select("organisation_key", "postcode").row(0) if unread.height else ("", "")
    example = f"organisation {desk.shown(key)}: {desk.shown(value)}" if unread.height else None
    return Codes("postcode", given.height, int(read.is_not_null().sum()), unread.height, example)


def _take_in(database: duckdb.DuckDBPyConnection, parts: Sequence[Part], desk: Desk) -> None:
    """Add the files' lines, and their documents, to `bodies`."""
    whole = [is_document(part) for part in parts]
    for part in (part for part, is_one in zip(parts, whole, strict=True) if not is_one):
        plain, _ = checked_lines(part, desk.scratch)
        try:
            database.execute(
                TAKE_IN.format(file="$file", is_document=False, lines=lines_of(plain)), {"file": part.name}
            )
        except duckdb.InvalidInputException as error:
            raise unreadable(part, error) from error
    # Pages are many and small: they are taken in together.
    for frame in documents([part for part, is_one in zip(parts, whole, strict=True) if is_one]):
        database.register("document", frame.to_arrow())
        database.execute(TAKE_IN.format(file="file", is_document=True, lines="document"))


def _refuse(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """What is refused, taken out of the tables of objects."""
    limit = desk.limits.max_award_gbp
    expected = f"an amount in pounds, 0 or more and at most {limit:,.0f}, which is max_award_gbp"
    failing = database.sql(REFUSED, params={"expected": expected, "limit": limit}).pl()
    if failing.is_empty():
        return rejected_rows(failing)
    objects = "select (select count(*) from objects) + (select count(*) from bodies where not is_json)"
    total = database.sql(objects).fetchall()[0][0]
    check_share(failing.select("file", "row", "item").n_unique(), total, failing, desk)
    for statement in REMOVED:
        database.execute(statement, {"limit": limit})
    return rejected_rows(failing)


def _refuse_misdated(database: duckdb.DuckDBPyConnection, desk: Desk) -> pl.DataFrame:
    """The objects with a time that cannot be, which are refused and left out."""
    failing = database.sql(MISDATED).pl()
    if failing.height:
        total = database.sql("select count(*) from objects").fetchall()[0][0]
        check_share(failing.select("file", "row", "item").n_unique(), total, failing, desk)
        database.register("misdated", failing.to_arrow())
        for kind in ("project", "fund"):
            database.execute(WELL_DATED.format(kind=kind))
    return rejected_rows(failing)


def _passed_over(database: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = {f"{what.removesuffix('s')}s": count for what, count in database.sql(OTHERS).fetchall()}
    if "object of another kinds" in found:
        found["objects of other kinds"] = found.pop("object of another kinds")
    of_category = "select count(*) from funds where not counts(category)"
    found[f"funds of other categories than {COUNTED_CATEGORY}"] = database.sql(of_category).fetchall()[0][0]
    for kind in STRUCTURES:
        found[f"{kind}s that stand there already"] = database.sql(REPEATED.format(kind=kind)).fetchall()[0][0]
    return {what: count for what, count in found.items() if count}


def _notes(database: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    idle = [file for (file,) in database.sql(IDLE).fetchall()]
    notes = []
    if idle:
        which = idle[0] if len(idle) == 1 else f"{len(idle)} files, the first {idle[0]},"
        notes.append(f"ukri: {which} {'gives' if len(idle) == 1 else 'give'} nothing that is read")
    for key, stated, found in database.sql(STATED).fetchall():
        kind = "projects" if key == "results" else f"{key}s"
        notes.append(f"ukri: the pages say that there are {stated:,} {kind} in all; {found:,} are in the drop")
    return tuple(notes)
