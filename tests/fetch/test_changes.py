"""Publishers that change between two fetches: what is told, since when, and where a person meets it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from assets.fetch import contract as contracts
from assets.fetch.changes import Change, renamed, said
from assets.fetch.dagster_assets import UNCHANGED, fetch_key
from assets.fetch.limits import USUAL_LIMITS
from assets.fetch.shape_file import FILE, DropShape, look_at, read_shape, shape_beside
from assets.fetch.steps import provenance_step
from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.cli import app
from pipelines.definitions import build_defs
from pipelines.doctor_fetching import fetching_findings
from pipelines.settings import Settings
from synthetic_uk.publishers.files import ListedFiles
from synthetic_uk.publishers.server import serving
from synthetic_uk.publishers.services import Gateway
from tests.fetch.published import PUBLISHED, companies, layer, register, table
from tests.publishers.support import MAY, Fetcher, zipped
from tests.sources.readers.test_innovate_uk import HEADER, participant, workbook
from tests.sources.readers.test_ukri import FUND, LEAD, PROJECT
from tests.sources.support import ingest, json_lines, put_register

JUNE, JULY = Month(2025, 6), Month(2025, 7)
PAGE = "house/en_output.html"


class House(Fetcher):
    """The register of companies, month by month as it is put there."""

    def publish(self, rows: list[dict[str, Any]], day: str, parts: int = 1) -> None:
        site = self.publishers.sites["house"]
        assert isinstance(site, ListedFiles)
        site.files = {**register(rows, day, parts)}

    def of(self, month: Month, rows: list[dict[str, Any]], parts: int = 1) -> list[Change]:
        """What changed with the register that is put there some days after a month."""
        day = month.plus(1).first_day.replace(day=2)
        self.publish(rows, str(day), parts)
        self.today = day
        outcome = self(month)
        assert outcome.is_new
        return [*outcome.changes]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with serving({"house": ListedFiles("en_output.html", {})}) as publishers:
        yield House("companies_house", publishers, PAGE, tmp_path / "sources")


def told(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(change.kind, change.what, change.now, change.since) for change in changes]


def with_name(rows: list[dict[str, Any]], old: str, new: str) -> list[dict[str, Any]]:
    return [{new if name == old else name: value for name, value in row.items()} for row in rows]


def test_a_publisher_that_does_not_change_gives_nothing_to_tell(house: House):
    assert house.of(MAY, companies(60)) == []
    assert house.of(JUNE, companies(63)) == []
    shape = shape_beside(house.sources / "companies_house" / "2025-06-30")
    assert shape is not None
    (found,) = shape.shapes
    assert (found.files, found.records, found.looked_at) == (1, 63, 63)
    assert found.words["CompanyStatus"] == {"Active": 21, "Active - Proposal to Strike off": 21, "Liquidation": 21}
    assert found.columns[:2] == ("CompanyName", "CompanyNumber")


def test_a_needed_column_with_a_near_name_is_told_each_month_since_the_first(house: House):
    house.of(MAY, companies(60))
    other = with_name(companies(60), "CompanyStatus", "Company Status")
    assert told(house.of(JUNE, other)) == [("column renamed", "CompanyStatus", "Company Status", "2025-07-02")]
    (again,) = house.of(JULY, other)
    assert told([again]) == [("column renamed", "CompanyStatus", "Company Status", "2025-07-02")]
    assert again.is_refused
    assert house.of(Month(2025, 8), companies(60))[-1].kind == "column renamed"


def test_a_needed_column_with_another_name_in_its_place_is_told_as_renamed(house: House):
    house.of(MAY, companies(60))
    other = with_name(companies(60), "CompanyStatus", "State")
    (change,) = house.of(JUNE, other)
    assert told([change]) == [("column renamed", "CompanyStatus", "State", "2025-07-02")]
    assert said("companies_house", change) == (
        "companies_house, register: the column 'CompanyStatus' is gone since the release of 2025-07-02, and 'State' is "
        "new: it seems to be renamed; the reader needs it, and a month that uses this drop will be refused: move the "
        "drop out of companies_house/ in the sources to make the month with the one before, until a version here "
        "reads it"
    )
    assert told(house.of(JULY, other)) == [("column renamed", "CompanyStatus", "State", "2025-07-02")]


def test_a_needed_column_that_one_part_lacks_is_told_with_the_part(house: House):
    rows = companies(4)
    site = house.publishers.sites["house"]
    assert isinstance(site, ListedFiles)
    second = [{name: value for name, value in row.items() if name != "CompanyStatus"} for row in rows]
    names = [f"BasicCompanyData-2025-06-02-part{number}_2" for number in (1, 2)]
    site.files = {
        f"{name}.zip": zipped({f"{name}.csv": table(some)}) for name, some in zip(names, (rows, second), strict=True)
    }
    (change,) = house().changes
    file = f"{names[1]}.zip/{names[1]}.csv"
    assert (change.kind, change.what, change.now, change.is_refused) == (
        *("column gone", "CompanyStatus", f"not in {file}"),
        True,
    )
    assert f"the column 'CompanyStatus' is not in {file} since" in said("companies_house", change)


def test_columns_that_no_reader_needs_are_told_once_where_they_go_and_until_known_where_they_come(house: House):
    house.of(MAY, companies(60))
    rows = [{**row, "LegalEntityIdentifier": ""} for row in companies(60)]
    rows = [{name: value for name, value in row.items() if name != "URI"} for row in rows]
    assert told(house.of(JUNE, rows)) == [
        ("column new", "LegalEntityIdentifier", "there", "2025-07-02"),
        ("column gone", "URI", "in no file", "2025-07-02"),
    ]
    changes = house.of(JULY, rows)
    assert told(changes) == [("column new", "LegalEntityIdentifier", "there", "2025-07-02")]
    assert said("companies_house", changes[0]).endswith(
        "is new since the release of 2025-07-02, and is not known here; no reader needs it"
    )


def test_a_word_that_is_new_is_told_with_what_the_reader_does_and_one_that_is_gone_once(house: House):
    house.of(MAY, companies(60))
    rows = [
        {**row, "CompanyStatus": "Paused" if row["CompanyStatus"] == "Liquidation" else "Active"}
        for row in companies(60)
    ]
    changes = house.of(JUNE, rows)
    assert told(changes) == [
        ("word new", "CompanyStatus: Paused", "20 of 60 records", "2025-07-02"),
        ("word gone", "CompanyStatus: Active - Proposal to Strike off", "none", "2025-07-02"),
        ("word gone", "CompanyStatus: Liquidation", "none", "2025-07-02"),
    ]
    assert said("companies_house", changes[0]) == (
        "companies_house, register: 'CompanyStatus' has the word 'Paused', which is new since the release of "
        "2025-07-02 (20 of 60 records), and is not known here: a company is read whose status begins with Active or "
        "Live, and left out otherwise"
    )
    assert told(house.of(JULY, rows)) == [("word new", "CompanyStatus: Paused", "20 of 60 records", "2025-07-02")]


def test_fewer_parts_and_half_the_size_are_told(house: House):
    assert house.of(MAY, companies(60), parts=3) == []
    changes = house.of(JUNE, companies(30), parts=2)
    assert told(changes)[0] == ("files", "", "2", "2025-07-02")
    assert (changes[1].kind, changes[1].against) == ("size", "drop before")
    assert said("companies_house", changes[0]) == (
        "companies_house, register: 2 files since the release of 2025-07-02, 3 in the drop before"
    )
    assert re.fullmatch(
        r"companies_house, register: \S+ kB since the release of 2025-07-02, \S+ kB in the drop before",
        said("companies_house", changes[1]),
    )


def test_what_is_told_of_size_is_a_setting(house: House):
    house.of(MAY, companies(60))
    house.limits = replace(house.limits, changed_share=0.6)
    assert house.of(JUNE, companies(30)) == []


def test_what_a_later_contract_knows_is_told_no_more(house: House, monkeypatch: pytest.MonkeyPatch):
    rows = [{**row, "LegalEntityIdentifier": "", "CompanyStatus": "Paused"} for row in companies(60)]
    changes = house.of(MAY, rows)
    assert {change.kind for change in changes} == {"column new", "word new"}
    (of_register,) = contracts.contract_of("companies_house")
    later = replace(
        of_register,
        known=(*of_register.known, contracts.Name.read("LegalEntityIdentifier")),
        words={**of_register.words, "CompanyStatus": contracts.Words.read({"known": ["Paused"]})},
    )
    monkeypatch.setattr("assets.fetch.shape_file.contract_of", lambda _: (later,))
    shape = shape_beside(house.sources / "companies_house" / "2025-05-31")
    assert shape is not None
    assert shape.held() == []


def test_a_drop_is_held_against_the_newest_fetched_one_that_is_older(house: House):
    house.of(JULY, companies(20))
    assert house.of(MAY, companies(60)) == []
    by_hand = house.sources / "companies_house" / "2025-06-15.csv"
    by_hand.write_text(table(companies(1)))
    assert [change.kind for change in house.of(JUNE, companies(30))] == ["size"]


def test_the_command_tells_of_changes_after_each_dataset_and_again_where_the_drop_is_there(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    day = date.today().replace(day=1)
    month = Month.of(day).plus(-1)
    house.publish(with_name(companies(60), "CompanyStatus", "Company Status"), str(day))
    monkeypatch.setenv("INNOVATION_CLUSTERS_CONTACT", "tests@example.org")
    monkeypatch.setenv("INNOVATION_CLUSTERS_FROM_COMPANIES_HOUSE", f"{house.publishers.address}/{PAGE}")
    command = ["fetch", "--sources", str(house.sources), "--dataset", "companies_house"]
    warning = f"warning companies_house, register: the column 'CompanyStatus' is gone since the release of {day}, and"
    for words in (
        f"companies_house: {house.sources / 'companies_house' / str(month.last_day)} fetched",
        "there already",
    ):
        shown = CliRunner().invoke(app, command)
        assert shown.exit_code == 0
        assert words in shown.output
        assert f"{warning} 'Company Status' is new" in shown.output
        assert "a month that uses this drop will be refused" in shown.output


def test_the_asset_of_a_drop_has_a_check_that_warns_and_does_not_fail(house: House):
    day = date.today().replace(day=1)
    month = str(Month.of(day).plus(-1))
    limits = replace(house.limits, addresses={"companies_house": f"{house.publishers.address}/{PAGE}"})
    definitions = build_defs(Settings(sources=str(house.sources), limits=limits))
    asset = definitions.resolve_assets_def(fetch_key("companies_house"))
    house.publish(with_name(companies(60), "CompanyStatus", "Company Status"), str(day))
    with dg.instance_for_test() as instance:
        for is_new in ("true", "false"):
            done = dg.materialize([asset], partition_key=month, instance=instance)
            assert done.success
            (check,) = done.get_asset_check_evaluations()
            assert (check.check_name, check.passed) == (UNCHANGED, False)
            assert check.severity == dg.AssetCheckSeverity.WARN
            assert check.asset_key == fetch_key("companies_house")
            assert "'Company Status' is new: it seems to be renamed; the reader needs it" in (check.description or "")
            assert check.metadata["refused for"].value == 1
            (made,) = done.get_asset_materialization_events()
            assert made.materialization.metadata["fetched now"].value == is_new


def test_the_asset_of_a_drop_that_is_as_expected_passes_its_check(house: House):
    day = date.today().replace(day=1)
    limits = replace(house.limits, addresses={"companies_house": f"{house.publishers.address}/{PAGE}"})
    definitions = build_defs(Settings(sources=str(house.sources), limits=limits))
    house.publish(companies(60), str(day))
    asset = definitions.resolve_assets_def(fetch_key("companies_house"))
    done = dg.materialize([asset], partition_key=str(Month.of(day).plus(-1)))
    (check,) = done.get_asset_check_evaluations()
    assert check.passed


def test_the_doctor_tells_of_the_newest_drop(house: House):
    house.of(MAY, with_name(companies(60), "CompanyStatus", "Company Status"))
    findings = fetching_findings(Settings(sources=str(house.sources)), house.today)
    notes = [finding for finding in findings if finding.what == "fetch companies_house"]
    assert [finding.verdict for finding in notes] == ["note", "ok"]
    assert notes[0].found.startswith("companies_house, register: the column 'CompanyStatus' is gone since the release")


def test_a_month_knows_what_changed_at_the_publishers_of_its_drops(house: House, warehouse: Warehouse):
    rows = [{**row, "LegalEntityIdentifier": ""} for row in companies(60)]
    house.of(MAY, rows)
    put_register(house.sources)
    ingest(warehouse, house.sources)
    done = run_step(provenance_step(str(house.sources)), warehouse, MAY, [MethodProfile(name="test")])
    (row,) = warehouse.read("select * from sources.publisher_changes").to_dicts()
    assert {name: row[name] for name in ("dataset", "as_of", "files", "kind", "what", "since", "is_needed")} == {
        **{"dataset": "companies_house", "as_of": date(2025, 5, 31), "files": "register", "kind": "column new"},
        **{"what": "LegalEntityIdentifier", "since": date(2025, 6, 2), "is_needed": False},
    }
    (check,) = [check for check in done.checks if check.name == "publishers_have_not_changed"]
    assert (check.passed, check.blocking, check.failing_rows) == (False, False, 1)
    assert [row["sentence"]] == [message for each in done.reports.values() for message in each.messages]
    beside = house.sources / "companies_house" / "2025-05-31" / FILE
    beside.write_text('{"shapes": 1}')
    done = run_step(provenance_step(str(house.sources)), warehouse, MAY, [MethodProfile(name="test")])
    assert warehouse.read("select * from sources.publisher_changes").is_empty()
    assert [f"companies_house/2025-05-31/{FILE} cannot be read: what changed at the publisher is not known"] == [
        message for each in done.reports.values() for message in each.messages
    ]


def test_a_service_whose_objects_change_is_told_of_by_their_paths(tmp_path: Path):
    gateway = Gateway(
        {"projects": [PROJECT], "funds": [{**FUND, "category": "INCOME_ACTUAL"}], "organisations": [LEAD]}
    )
    with serving({"gtr": gateway}) as publishers:
        fetch = Fetcher("ukri", publishers, "gtr", tmp_path / "sources")
        assert fetch().changes == ()
        renamed_links = {"link": [{"relation": link["rel"], "href": link["href"]} for link in PROJECT["links"]["link"]]}
        gateway.objects["projects"] = [{**PROJECT, "links": renamed_links, "leadFunder": "STFC"}]
        fetch.today = date(2025, 7, 3)
        changes = [*fetch(JUNE).changes]
    assert told(changes) == [
        ("column renamed", "links.link.rel", "links.link.relation", "2025-06-30"),
        ("column gone", "links.link.start", "in no file", "2025-06-30"),
        ("word new", "leadFunder: STFC", "1 of 1 records", "2025-06-30"),
        ("word gone", "leadFunder: EPSRC", "none", "2025-06-30"),
    ]
    assert said("ukri", changes[0]).endswith("what it says will be lacking in a month that uses this drop")


Files = Mapping[str, str | bytes]


def look(dataset: str, files: Files, folder: Path, **limits: Any) -> DropShape:
    for name, content in files.items():
        target = folder / "drop" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    day = date(2026, 8, 4)
    return look_at(dataset, folder / "drop", folder / "none", day, day, replace(USUAL_LIMITS, **limits))


BROKEN: dict[str, tuple[str, Files]] = {
    "a ZIP that is none": ("companies_house", {"BasicCompanyData-part1_1.zip": b"PK\x03\x04 not whole"}),
    "a workbook that is none": ("innovate_uk", {"IUK.xlsx": b"PK\x03\x04 not whole"}),
    "a workbook cut short": ("innovate_uk", {"IUK.xlsx": workbook([participant()])[:-30]}),
    "JSON cut short": (
        "ukri",
        {"projects.jsonl": '{"id": "1"}\n{"id": ', "funds.jsonl": "", "organisations.jsonl": ""},
    ),
    "a list cut short": ("ror", {"ror.zip": zipped({"ror-data.json": '[{"id": "1"}, {"id'})}),
    "features that are none": ("boundaries", {"ITL1.geojson": "[]", "LAD.geojson": layer("LAD25", ("E07000179", "A"))}),
    "an empty table": ("business_counts", {"business_counts.csv": "\n"}),
    "bytes that are no text": ("business_counts", {"business_counts.csv": b'"\xff\xfe' + b"\xff" * 100}),
    "a ZIP of filings that is none": ("accounts", {"Accounts.zip": b"no"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_cannot_be_looked_into_are_told_and_hinder_no_fetch(name: str, tmp_path: Path):
    dataset, files = BROKEN[name]
    changes = look(dataset, files, tmp_path).changes
    assert changes
    assert all(said(dataset, change).isprintable() for change in changes)


def test_words_are_of_the_first_bytes_of_a_large_table_and_it_says_of_how_many_records(tmp_path: Path):
    rows = companies(40_000)
    rows[-1]["CompanyStatus"] = "Paused"
    whole = look("companies_house", register(rows), tmp_path / "whole")
    assert [change.what for change in whole.changes] == ["CompanyStatus: Paused"]
    assert whole.shapes[0].records == 40_000
    part = look("companies_house", register(rows), tmp_path / "part", look_bytes=5_000_000)
    assert part.changes == ()
    assert part.shapes[0].records is None
    assert 5_000 < part.shapes[0].looked_at < 40_000


def test_names_over_several_lines_and_quotes_that_stand_alone_do_not_shift_columns(tmp_path: Path):
    rows = companies(30_000)
    for row in rows[::7]:
        row["CompanyName"] = 'ALPHA\n"AND"\nSONS, LTD'
    shape = look("companies_house", register(rows), tmp_path).shapes[0]
    assert shape.words["CompanyStatus"] == dict.fromkeys(
        ("Active", "Active - Proposal to Strike off", "Liquidation"), 10_000
    )
    assert shape.records == 30_000


def test_records_of_a_large_file_are_looked_at_all_over_it(tmp_path: Path):
    padding = "x" * 1000
    records = [{"id": str(number), "title": padding, "status": f"{number // 1000}"} for number in range(6000)]
    files = {**PUBLISHED["ukri"], "projects.jsonl": json_lines(*records)}
    (shape, *_) = look("ukri", files, tmp_path, look_bytes=12 << 20).shapes
    assert shape.records is None
    assert 2000 < shape.looked_at < 3100
    assert {"0", "5"} <= {*shape.words["status"]}


def test_a_file_without_a_record_is_told_and_nothing_is_said_of_its_keys(tmp_path: Path):
    (change,) = look("publications", {**PUBLISHED["publications"], "institutions.jsonl": ""}, tmp_path).changes
    assert said("publications", change) == (
        "publications, institutions: the files have no record since the release of 2026-08-04; the reader needs it, "
        "and what it says will be lacking in a month that uses this drop"
    )


def test_a_list_in_a_zip_is_looked_at_as_far_as_the_bound(tmp_path: Path):
    records = [{"id": f"https://ror.org/{number}", "padding": "ä" * 1000} for number in range(3000)]
    (shape,) = look(
        "ror", {"ror.zip": zipped({"ror-data.json": json.dumps(records)})}, tmp_path, look_bytes=4 << 20
    ).shapes
    assert (shape.columns, shape.records, shape.trouble) == (("id", "padding"), None, "")
    assert 100 < shape.looked_at < 3000


def test_a_column_with_many_words_is_no_status_and_its_words_are_not_kept(tmp_path: Path):
    rows = [{**row, "CompanyCategory": f"Kind {number}"} for number, row in enumerate(companies(300))]
    found = look("companies_house", register(rows), tmp_path)
    assert found.shapes[0].words["CompanyCategory"] == {}
    assert found.changes == ()


def test_what_is_beside_a_drop_is_read_as_it_was_written_and_nothing_else_is(tmp_path: Path):
    for dataset, files in PUBLISHED.items():
        made = look(dataset, files, tmp_path / dataset)
        made.write(tmp_path)
        assert shape_beside(tmp_path) == made
    text = (tmp_path / FILE).read_text()
    for other in ("", "[]", "{}", text.replace('"released"', '"when"'), text.replace("2026-08-04", "soon")):
        assert read_shape(other) is None
    assert shape_beside(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    ("gone", "new", "before", "now", "pairs"),
    [
        (["Post Code"], ["PostCode"], (), (), {"Post Code": "PostCode"}),
        (["b"], ["x"], ("a", "b", "c"), ("a", "x", "c"), {"b": "x"}),
        (["b"], ["x"], ("a", "b", "c"), ("a", "c", "x"), {}),
        (["c"], ["x"], ("a", "b", "c"), ("a", "b", "x"), {"c": "x"}),
        (["b"], ["x"], (), ("a", "x", "c"), {}),
        (["lad25cd", "rgn25cd"], ["rgn26cd", "lad26cd"], (), (), {"lad25cd": "lad26cd", "rgn25cd": "rgn26cd"}),
    ],
)
def test_a_column_is_renamed_that_is_near_or_in_its_place(
    gone: list[str], new: list[str], before: tuple[str, ...], now: tuple[str, ...], pairs: dict[str, str]
):
    assert renamed(gone, new, before, now) == pairs


@pytest.mark.parametrize(
    ("name", "value", "said_of_it"),
    [
        ("INNOVATION_CLUSTERS_FETCH_LOOK", "lots", "is no size"),
        ("INNOVATION_CLUSTERS_FETCH_CHANGED_SHARE", "2", "is not a share from 0 to 1"),
        ("INNOVATION_CLUSTERS_FETCH_GONE_WORD_SHARE", "few", "is not a share from 0 to 1"),
    ],
)
def test_settings_of_what_is_told_are_read(name: str, value: str, said_of_it: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=said_of_it):
        Settings.from_environment()
    monkeypatch.setenv(name, "0.25" if "SHARE" in name else "64MB")
    settings = Settings.from_environment()
    assert {settings.limits.look_bytes, settings.limits.changed_share, settings.limits.gone_word_share} & {
        0.25,
        64_000_000,
    }
    assert name in settings.to_environment()


def test_books_of_other_years_may_call_a_column_otherwise_and_none_may_lack_it(tmp_path: Path):
    older = tuple("Grant Offered (£)" if name == "Award Offered (£)" else name for name in HEADER)
    row = participant(**{"Participant Withdrawn From Project": "Active"})
    old = {("Grant Offered (£)" if name == "Award Offered (£)" else name): value for name, value in row.items()}
    books = {"IUK-present.xlsx": workbook([row]), "IUK-older.xlsx": workbook([old], header=older)}
    assert look("innovate_uk", books, tmp_path / "both").changes == ()
    shorter = tuple(name for name in HEADER if name != "Postcode")
    del old["Grant Offered (£)"], old["Postcode"]
    books["IUK-older.xlsx"] = workbook([old], header=shorter)
    (change,) = look("innovate_uk", books, tmp_path / "one").changes
    assert (change.kind, change.what, change.now) == ("column gone", "Postcode", "not in IUK-older.xlsx")


@pytest.mark.parametrize("dataset", PUBLISHED)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_a_publisher_may_give_hinders_a_fetch(dataset: str, data: st.DataObject, tmp_path: Path):
    files: dict[str, str | bytes] = {}
    for name, content in PUBLISHED[dataset].items():
        whole = content if isinstance(content, bytes) else content.encode()
        first, last = sorted(data.draw(st.integers(0, len(whole))) for _ in range(2))
        files[name] = whole[:first] + data.draw(st.binary(max_size=20)) + whole[last:]
    for change in look(dataset, files, tmp_path).changes:
        assert said(dataset, change).isprintable()
