"""`ror`: the Research Organization Registry (JSON, schema 2), for the names and places of institutions.

The registry's ZIP as it is published, its JSON, or records one a line. Where publications come without institutions of
their own, as from OpenAlex's API, these are placed by their ROR id. What belongs here: the registry's records. What
does not: which institutions publish (`publications`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import duckdb

from assets.sources.datasets import Dataset
from assets.sources.files.documents import JSON_KINDS
from assets.sources.files.kinds import SEND_AGAIN, Part, check_utf8, plain_files, unreadable
from assets.sources.files.lines import reader_database
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import UK_LATITUDES, UK_LONGITUDES
from assets.sources.values.refusals import check_share, rejected_rows
from assets.warehouse.database import sql_text

ROR = "sources.ror"
ID = r"^https://ror[.]org/0[a-z0-9]{6}[0-9]{2}$"
RECORDS = """
    create or replace temp table records as
    select '{file}' as file, row_number() over () as row, id, names, locations, types
    from read_json('{path}', format = 'auto', maximum_object_size = 64000000, columns = {{
        'id': 'VARCHAR', 'types': 'VARCHAR[]', 'names': 'STRUCT("value" VARCHAR, types VARCHAR[])[]',
        'locations': 'STRUCT(geonames_details STRUCT(country_code VARCHAR, lat VARCHAR, lng VARCHAR))[]'
    }})
"""
KEPT = """
    select file, row, id as ror, struct_extract(coalesce(
            list_filter(names, lambda n: list_contains(n.types, 'ror_display'))[1],
            list_filter(names, lambda n: list_contains(n.types, 'label'))[1], names[1]
        ), 'value') as name, types[1] as institution_type,
        place.lat as latitude_given, place.lng as longitude_given,
        try_cast(place.lat as double) as latitude, try_cast(place.lng as double) as longitude
    from (
        select *, struct_extract(
                list_filter(locations, lambda l: l.geonames_details.country_code = 'GB')[1], 'geonames_details'
            ) as place
        from records
    )
    where place is not null or id is null
"""
"""Organisations of the United Kingdom, each with its first place there, and records without an id."""
REFUSED = f"""
    select file, row, 'id' as column_name, ror as value, 'an id of the registry, https://ror.org/0...' as expected
    from kept where not coalesce(regexp_matches(ror, '{ID}'), false)
    union all
    select file, row, 'names', null, 'a name' from kept where nullif(trim(name), '') is null and ror is not null
    union all
    select file, row, 'locations', concat_ws(', ', latitude_given, longitude_given),
        'a latitude from {UK_LATITUDES[0]:g} to {UK_LATITUDES[1]:g} and a longitude from {UK_LONGITUDES[0]:g} to '
        || '{UK_LONGITUDES[1]:g} degrees'
    from kept
    where ror is not null and not coalesce(
        latitude between {UK_LATITUDES[0]} and {UK_LATITUDES[1]}
        and longitude between {UK_LONGITUDES[0]} and {UK_LONGITUDES[1]}, false)
    union all
    select file, row, 'id', ror, 'every id once' from kept
    where ror is not null qualify row_number() over (partition by ror order by file, row) > 1
    order by file, row, column_name
"""
ROWS = """
    select ror, trim(name) as name, institution_type, latitude, longitude
    from kept anti join failing using (file, row) order by ror
"""


def read(delivery: Delivery, desk: Desk) -> Reading:
    """The registry's organisations of the United Kingdom. A record without an id or a name, or with a place outside the
    country, is refused."""
    parts = plain_files(delivery.parts, desk.scratch, _of_schema_two)
    total = 0
    with reader_database(desk) as database:
        for number, part in enumerate(parts):
            _load(database, part)
            total += database.sql("select count(*) from records").fetchall()[0][0]
            database.execute(("insert into kept" if number else "create table kept as") + KEPT)
        kept = database.sql("select count(*) from kept").fetchall()[0][0]
        abroad = total - kept
        failing = database.sql(REFUSED).pl()
        check_share(failing.select("file", "row").n_unique(), total, failing, desk)
        database.register("failing", failing.select("file", "row").to_arrow())
        rows = database.sql(ROWS).pl()
    if rows.is_empty():
        raise _no_records(delivery.drop.path)
    return Reading({ROR: rows}, rejected_rows(failing), passed_over={"organisations abroad": abroad} if abroad else {})


def _of_schema_two(names: Sequence[str]) -> list[str]:
    """The files to read: of an archive the JSON, and where it has older schemas beside, that of the second."""
    told = [name for name in names if PurePosixPath(name.lower()).suffix in (".json", ".jsonl", ".ndjson")]
    of_two = [name for name in told if "schema_v2" in name.lower()]
    return of_two or told or list(names)


def _load(database: duckdb.DuckDBPyConnection, part: Part) -> None:
    if part.kind not in JSON_KINDS:
        raise DropError(
            Problem(part.name, f"a file of kind {part.kind!r}", "the registry's ZIP, or its JSON", SEND_AGAIN)
        )
    check_utf8(part)
    try:
        database.execute(RECORDS.format(file=sql_text(part.name), path=sql_text(str(part.path))))
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise unreadable(part, error) from error


def _no_records(path: str) -> DropError:
    expected = "records of schema 2 (id, names, locations) of organisations whose country_code is GB"
    return DropError(Problem(path, "there is no organisation of the United Kingdom", expected, SEND_AGAIN))


ROR_DATASET = Dataset(
    "ror",
    (ROR,),
    read,
    lacking="places of institutions that publications name without one",
    profiled=(
        Measure(ROR, "latitude", "geonames_details.lat", "coordinate", "needed"),
        Measure(ROR, "longitude", "geonames_details.lng", "coordinate", "needed"),
    ),
)
