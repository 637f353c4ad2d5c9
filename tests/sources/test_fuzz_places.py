"""Readers of places, codes and registers, given rows put together from real cells and from anything: they end with rows
that are right by themselves, or with one clear refusal."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.boundaries import BOUNDARIES, LAYERS
from assets.sources.readers.companies_house import COMPANIES_HOUSE
from assets.sources.readers.idbr_enterprises import IDBR_ENTERPRISES
from assets.sources.readers.idbr_local_units import IDBR_LOCAL_UNITS
from assets.sources.readers.postcodes import POSTCODES_DATASET
from assets.sources.reading.contract import Reading
from assets.sources.values.ons_columns import ons_name
from assets.sources.values.sic_codes import MARKS, code_of, known_sic2007
from tests.sources.support import read_drop, rows

BOUNDED = settings(derandomize=True, deadline=None, max_examples=30)
ALL_MAY_FAIL = 1.0
"""Share of rows that may be refused: rows are looked at one by one here."""
ANYTHING = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
POSTCODES = st.sampled_from(["OX11 0AA", "OX110AA", "bt1 1aa", "SW1A1AA", "GIR 0AA", "1017 AB", "N/A", "", "ZZ"])
SIC_CODES = st.sampled_from(
    ["62012", "1110", "1610", "62.01/2", "A01110", "1.11E+03", "62012.0", "7499", "99999", "0", "", "620120", "01.11"]
)
SIC_TEXTS = st.sampled_from(
    [
        "62012 - Business and domestic software development",
        "1110 - Growing of cereals (except rice), leguminous crops and oil seeds",
        "9305 - Other service activities not elsewhere classified",
        "99999 - Dormant Company",
        "None Supplied",
        "",
    ]
)
NUMBERS = st.sampled_from(["01234567", "1234567", "SC12345", "R0000123", "IP28341R", "SP2345RS", "NI000001", "", "0"])
COUNTS = st.sampled_from(["5", "0", "", "1,200", "-3", "12.0", "many"])
COLUMNS: dict[str, tuple[Dataset, dict[str, st.SearchStrategy[str]]]] = {
    "postcodes": (
        POSTCODES_DATASET,
        {
            "Postcode (e-GIF)": POSTCODES,
            "Date of Termination": st.sampled_from(["", "199606"]),
            "East1M": st.sampled_from(["452900", "", "0", "x", "900000"]),
            "North1M": st.sampled_from(["190000", "", "1300001"]),
            "gridind": st.sampled_from(["1", "9", ""]),
            "LAD26CD": st.sampled_from(["E07000179", ""]),
            "Region Code (2026)": st.sampled_from(["E12000008", "S99999999", ""]),
            "ctry26cd": st.sampled_from(["E92000001", ""]),
            "ttwa15cd": st.sampled_from(["E30000258", ""]),
            "msoa11": st.sampled_from(["S02001237", ""]),
            "msoa21": st.sampled_from(["E02005968", "S99999999", ""]),
            "lat": st.sampled_from(["51.6068", "99.999999", "", "15", "nan"]),
            "long": st.sampled_from(["-1.2375", "0.000000", "", "inf"]),
        },
    ),
    "idbr_enterprises": (
        IDBR_ENTERPRISES,
        {
            "entref": st.sampled_from(["1", "2", "3.0", ""]),
            "crn": NUMBERS,
            "name": st.sampled_from(['ALDER "THE" WORKS', "ZELKOVA\nLTD", "A, B", "BOX\\"]),
            "sic2007": SIC_CODES,
            "employees": COUNTS,
            "turnover_thousands": COUNTS,
            "legal_status": st.sampled_from(["Company", ""]),
        },
    ),
    "idbr_local_units": (
        IDBR_LOCAL_UNITS,
        {
            "luref": st.sampled_from(["L1", "L2", "L3", ""]),
            "entref": st.sampled_from(["1", "2"]),
            "sic2007": SIC_CODES,
            "postcode": POSTCODES,
            "employees": COUNTS,
        },
    ),
    "companies_house": (
        COMPANIES_HOUSE,
        {
            "CompanyName": st.sampled_from(['ALDER "THE" WORKS', "ZELKOVA\nLTD", "! LTD"]),
            " CompanyNumber": NUMBERS,
            "RegAddress.PostCode": POSTCODES,
            "CompanyCategory": st.sampled_from(["Private Limited Company", ""]),
            "CompanyStatus": st.sampled_from(["Active", "Liquidation", "Active - Proposal to Strike off", ""]),
            "IncorporationDate": st.sampled_from(["11/09/2012", "", "31/02/2012"]),
            **{f"SICCode.SicText_{number}": SIC_TEXTS for number in range(1, 5)},
        },
    ),
}
"""Of each reader, the columns of a release and cells that stand in them."""


@st.composite
def tables(draw: st.DrawFn, columns: dict[str, st.SearchStrategy[str]]) -> str:
    """A file with the columns in any order, and cells that mostly are of their column."""
    names = draw(st.permutations(list(columns)))
    cells = [st.one_of(columns[name], columns[name], columns[name], ANYTHING) for name in names]
    written = io.StringIO()
    csv.writer(written).writerows([names, *draw(st.lists(st.tuples(*cells), min_size=1, max_size=6))])
    return written.getvalue()


def read(dataset: Dataset, name: str, content: str) -> Reading | None:
    """What the reader makes of a file; None where it refuses it, in words that name the file."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = read_drop(dataset, {name: content}, Path(folder), share=ALL_MAY_FAIL)
        except DropError as error:
            assert f"{dataset.name}/{name}" in str(error)
            return None
        kept = {
            table: made if isinstance(made, pl.DataFrame) else pl.read_parquet(made)
            for table, made in reading.tables.items()
        }
    return replace(reading, tables=kept)


def check(name: str, data: st.DataObject) -> None:
    dataset, columns = COLUMNS[name]
    reading = read(dataset, "2025-05.csv", data.draw(tables(columns)))
    if reading is None:
        return
    for table in reading.tables:
        for row in rows(reading, table):
            code = row.get("sic2007")
            assert code is None or code in set(known_sic2007())
            assert dataset is not COMPANIES_HOUSE or code not in MARKS
    for codes in reading.codes:
        assert 0 <= codes.given <= codes.rows
        assert (codes.example is None) == (codes.unread == 0)


@BOUNDED
@given(st.data())
def test_a_directory_of_postcodes(data: st.DataObject) -> None:
    check("postcodes", data)


@BOUNDED
@given(st.data())
def test_enterprises(data: st.DataObject) -> None:
    check("idbr_enterprises", data)


@BOUNDED
@given(st.data())
def test_local_units(data: st.DataObject) -> None:
    check("idbr_local_units", data)


@BOUNDED
@given(st.data())
def test_a_register_of_companies(data: st.DataObject) -> None:
    check("companies_house", data)


PROPERTIES = st.dictionaries(
    st.sampled_from(
        ["ITL125CD", "ITL125NM", "LAD25CD", "LAD25NM", "LAD25NMW", "CTYUA24CD", "FID", "id", "name", "area21"]
    ),
    st.one_of(
        st.sampled_from(["TLC", "UKM", "E06000001", "E30000258", "North East", "E10000003"]),
        ANYTHING,
        st.integers(),
        st.none(),
    ),
    max_size=6,
)


@BOUNDED
@given(st.lists(PROPERTIES, min_size=1, max_size=4))
def test_areas(shapes: list[dict[str, object]]) -> None:
    features = [{"type": "Feature", "properties": shape, "geometry": None} for shape in shapes]
    reading = read(BOUNDARIES, "2025-05.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    if reading is not None:
        assert {row["layer"] for row in rows(reading, "reference.area_names")} <= set(LAYERS)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.one_of(ANYTHING, st.from_regex(r"[A-U]?[0-9]{1,6}([./][0-9]{1,3}){0,2}(E\+0?[0-9])?", fullmatch=True)))
def test_a_code_is_one_of_the_list_or_none(text: str) -> None:
    assert (code := code_of(text)) is None or code in set(known_sic2007())
    if (found := ons_name(text)) is not None:
        assert found.holds in ("code", "name")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.sampled_from(known_sic2007().to_list()))
def test_every_code_is_itself_and_never_another_in_the_forms_of_people(code: str) -> None:
    assert code_of(code) == code_of(f"{code}.0") == code_of(f"{code} - Its text") == code
    assert code_of(f"{code[:2]}.{code[2:4]}/{code[4]}") == code
    assert code_of(code.lstrip("0")) in (code, None)
    assert code_of(f"{float(code):.4E}") in (code, None)
