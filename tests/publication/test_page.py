"""The files of the page: what they hold, and that no text from a source gets out of its place."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.months import Month
from assets.publication.base_map import BaseMap
from assets.publication.page import PageOptions, content_security_policy, months_script, page_files
from assets.publication.page_data import OUTLINE_TOLERANCE_DEGREES, encode_table, script
from assets.publication.page_geometry import STEPS_PER_DEGREE, decode_path, encode_outlines
from assets.publication.page_trust import no_trust
from tests.publication.page_example import OPTIONS, page_tables

MAY = Month(2025, 5)


@pytest.fixture(scope="module")
def tables():
    return page_tables(40)


@pytest.fixture(scope="module")
def files(tables):
    return page_files(MAY, tables, OPTIONS)


def test_how_figures_are_written_is_the_declarations(files, tables):
    data = content_of(files["data.js"])
    assert data["formats"]["turnover_gbp"] == "gbp" and data["formats"]["area_km2"] == "area"
    audited = ("registered_office_only", "estimated_figures", "fallback_coordinates")
    assert data["bands"] == {f"{name}_share": f"{name}_band" for name in ("rdi_active", "funded_firms", *audited)}
    assert data["formats"]["places"] == "count" and data["address_notice_share"] == 0.3
    assert ["active firms", "count", "at least"] in data["measures"]
    assert set(tables.criteria["measure"]) <= {words for words, _, _ in data["measures"]}


def test_a_measure_that_is_not_declared_is_refused(tables):
    other = replace(tables, criteria=tables.criteria.with_columns(measure=pl.lit("age of firms")))
    with pytest.raises(ValueError, match=r"measure age of firms, which sql/schema/publication\.toml does not declare"):
        page_files(MAY, other, OPTIONS)


def content_of(written: bytes) -> dict:
    """What a script of the page assigns."""
    return json.loads(written.decode().partition(" = ")[2].rstrip(";\n"))


def column(table: dict, name: str) -> list:
    held = table["columns"][name]
    return held if isinstance(held, list) else [None if k < 0 else held["values"][k] for k in held["codes"]]


def test_the_page_names_only_files_that_are_there(files):
    named = re.findall(r'(?:src|href)="([^"#]+)"', files["index.html"].decode())
    beside = {"../months.js", "report.html", "downloads/index.html"}
    assert set(named) - beside <= set(files)
    assert {f"site/{name}" for name in ("leaflet.js", "leaflet.css", "style.css")} <= set(files)


def test_every_script_of_the_page_is_loaded(files):
    loaded = re.findall(r'<script src="([^"]+)"></script>', files["index.html"].decode())
    assert {path for path in files if path.endswith(".js")} == set(loaded) - {"../months.js"}


def test_same_tables_same_bytes(files, tables):
    assert page_files(MAY, tables, OPTIONS) == files


def test_the_page_has_no_inline_script_or_style(files):
    page = files["index.html"].decode()
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", page)


def test_policy_allows_only_the_pages_own_files():
    policy = dict(part.split(" ", 1) for part in content_security_policy(None).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'none'"
    assert policy["img-src"] == "'self' data:"


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("https://tile.example.org/{z}/{x}/{y}.png", "https://tile.example.org"),
        ("https://{s}.tile.example.org/{z}/{x}/{y}.png", "https://*.tile.example.org"),
        ("https://maps.example.org:8443/a/{z}/{x}/{y}.png", "https://maps.example.org:8443"),
    ],
)
def test_a_base_map_adds_its_host_alone(tiles, origin):
    with_map = content_security_policy(BaseMap(tiles, "Example"))
    assert with_map == content_security_policy(None).replace("data:", f"data: {origin}")


@pytest.mark.parametrize("tiles", ["http://tile.example.org/{z}", "//x/{z}", "https://a; script-src *//{z}", ""])
def test_a_base_map_that_is_no_https_address_is_refused(tiles):
    with pytest.raises(ValueError, match="https"):
        content_security_policy(BaseMap(tiles, "Example"))


def test_columns_read_back(files, tables):
    held = content_of(files["data.js"])["clusters"]
    clusters = tables.clusters.sort("profile", "cluster_id")
    for name in ("cluster_id", "name", "sector", "firms", "employees", "employees_status", "cluster_type"):
        assert column(held, name) == clusters[name].to_list()
    for name in ("rdi_active_share", "location_quotient", "scan_p_value"):
        given = [value is None for value in column(held, name)]
        assert given == clusters[name].is_null().to_list()
        left, right = pl.Series(column(held, name), dtype=pl.Float64), clusters[name].cast(pl.Float64)
        assert ((left / right - 1).abs() < 1e-3).drop_nulls().all()


def test_details_stand_with_their_cluster(files, tables):
    data = content_of(files["data.js"])
    profiles, ids = column(data["clusters"], "profile"), column(data["clusters"], "cluster_id")
    mix = data["sector_mix"]
    read = sorted(
        (profiles[row], ids[row], scheme, sector, firms)
        for row, scheme, sector, firms in zip(
            column(mix, "cluster"), column(mix, "scheme"), column(mix, "sector"), column(mix, "firms"), strict=True
        )
    )
    assert read == sorted(tables.sector_mix.select("profile", "cluster_id", "scheme", "sector", "firms").rows())


def test_counts_that_no_control_has_passed_stay_out(files):
    data = content_of(files["data.js"])
    assert "shared_firms" not in data["events"]["columns"]


def test_outlines_stay_within_the_tolerance(tables):
    wkt = tables.clusters["outline_wkt"]
    rounding = 1 / STEPS_PER_DEGREE
    for text, paths in zip(wkt, encode_outlines(wkt, OUTLINE_TOLERANCE_DEGREES), strict=True):
        assert (text is None) == (paths is None)
        if paths is None:
            continue
        ring = shapely.Polygon(decode_path(paths[0])).exterior
        away = shapely.hausdorff_distance(ring, shapely.from_wkt(text).exterior)
        # A ring's first corner goes last, and may take the tolerance a second time.
        assert away <= 2 * OUTLINE_TOLERANCE_DEGREES + rounding


def test_holes_and_parts_are_rings_of_their_own():
    square = shapely.box(0, 50, 2, 52)
    shape = shapely.MultiPolygon([square.difference(shapely.box(0.5, 50.5, 1, 51)), shapely.box(3, 50, 4, 51)])
    (paths,) = encode_outlines(pl.Series([shape.wkt]), 0.0)
    assert len(paths) == 3
    assert sum(shapely.Polygon(decode_path(path)).area for path in paths) == pytest.approx(4 + 0.25 + 1)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.integers(), st.none()), max_size=5))
def test_a_script_holds_its_content_and_no_markup(content):
    written = script("X", content)
    assert written.isascii()
    assert not set(b"<>&") & set(written)
    assert content_of(written) == content


def test_marks_that_turn_text_do_not_leave():
    table = encode_table(pl.DataFrame({"name": ["a\u202eb\u2066c\u200fd\x00e", "plain"]}))
    assert sorted(table["columns"]["name"]["values"]) == ["abcde", "plain"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_null(value):
    assert encode_table(pl.DataFrame({"a": [value, 1.0]}))["columns"]["a"] == [None, 1]


def test_a_month_with_nothing_is_a_page(tables):
    frames = {name: table.clear() for name, table in vars(tables).items() if isinstance(table, pl.DataFrame)}
    empty = replace(tables, **frames, trust=no_trust())
    held = content_of(page_files(MAY, empty, PageOptions())["data.js"])
    assert held["clusters"] == {"rows": 0, "columns": held["clusters"]["columns"], "outlines": []}


def test_months_are_listed_latest_first():
    assert content_of(months_script([Month(2025, 4), Month(2025, 5), Month(2024, 12)])) == [
        "2025-05",
        "2025-04",
        "2024-12",
    ]
