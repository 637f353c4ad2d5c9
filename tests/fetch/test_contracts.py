"""Every publisher's contract: it holds of files as they are published, and says of our readers what is true of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from assets.fetch.changes import Change
from assets.fetch.contract import KindContract, Name, contract_of
from assets.fetch.limits import USUAL_LIMITS
from assets.fetch.registry import PUBLISHERS
from assets.fetch.shape_file import DropShape, look_at
from assets.sources.problems import DropError
from assets.sources.registry import DATASETS
from tests.fetch.published import PUBLISHED, table
from tests.publishers.support import zipped
from tests.sources.readers.test_postcodes import RELEASES
from tests.sources.support import json_lines, read_drop

READERS = {dataset.name: dataset for dataset in DATASETS}
DAY = date(2026, 8, 4)
Files = Mapping[str, str | bytes]


def looked_at(dataset: str, files: Files, folder: Path) -> DropShape:
    """What a drop of files looks like, held against its contract alone."""
    for name, content in files.items():
        target = folder / "drop" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return look_at(dataset, folder / "drop", folder / "none", DAY, DAY, USUAL_LIMITS)


def kinds_of(form: str) -> list[tuple[str, KindContract]]:
    return [(name, of_kind) for name in PUBLISHERS for of_kind in contract_of(name) if of_kind.kind.form == form]


@pytest.mark.parametrize("dataset", PUBLISHERS)
def test_the_contract_holds_of_what_is_published_and_the_reader_takes_it(dataset: str, tmp_path: Path):
    found = looked_at(dataset, PUBLISHED[dataset], tmp_path)
    assert found.changes == ()
    assert all(shape.files and shape.records and not shape.trouble for shape in found.shapes)
    reading = read_drop(READERS[dataset], PUBLISHED[dataset], tmp_path)
    assert reading.rejected.is_empty()


Take = Callable[[list[str], list[list[str]]], tuple[list[str], list[list[str]]]]


def edited(files: Files, contract: KindContract, take: Take) -> Files:
    """A drop whose tables of a kind are changed."""

    def text(content: str) -> str:
        header, *rows = csv.reader(io.StringIO(content, newline=""), delimiter=contract.kind.separator)
        header, rows = take(header, rows)
        return table([dict(zip(header, row, strict=True)) for row in rows], contract.kind.separator)

    def of_file(name: str, content: str | bytes) -> str | bytes:
        if name.endswith(".xlsx"):
            assert isinstance(content, bytes)
            return of_workbook(content, take)
        if name.endswith(".zip"):
            assert isinstance(content, bytes)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = {each: archive.read(each).decode() for each in archive.namelist()}
            is_kind = {each: contract.kind.files.search(f"{name}/{each}") for each in members}
            return zipped({each: text(inside) if is_kind[each] else inside for each, inside in members.items()})
        assert isinstance(content, str)
        return text(content)

    return {name: of_file(name, content) for name, content in files.items()}


def of_workbook(content: bytes, take: Take) -> bytes:
    sheet = pl.DataFrame(fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string").to_arrow())
    header, *rows = [[value or "" for value in row] for row in sheet.iter_rows()]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        written = book.add_worksheet("Funded Projects")
        header, rows = take(header, rows)
        for number, row in enumerate([header, *rows]):
            for place, value in enumerate(row):
                if value:
                    written.write(number, place, value)
    return buffer.getvalue()


def without(is_taken: Callable[[str], bool]) -> Take:
    """Takes columns out."""

    def take(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
        kept = [place for place, name in enumerate(header) if not is_taken(name)]
        return [header[place] for place in kept], [[row[place] for place in kept] for row in rows]

    return take


NEEDED = [
    pytest.param(dataset, contract, place, id=f"{dataset} {name.label}")
    for form in ("table", "workbook")
    for dataset, contract in kinds_of(form)
    for place, name in enumerate(contract.needed)
]


@pytest.mark.parametrize(("dataset", "contract", "place"), NEEDED)
def test_a_reader_refuses_a_drop_without_what_its_contract_says_it_needs(
    dataset: str, contract: KindContract, place: int, tmp_path: Path
):
    name = contract.needed[place]
    files = edited(PUBLISHED[dataset], contract, without(name.fits))
    (change,) = looked_at(dataset, files, tmp_path).changes
    assert (change.kind, change.what, change.is_refused) == ("column gone", name.label, True)
    with pytest.raises(DropError):
        read_drop(READERS[dataset], files, tmp_path)


@pytest.mark.parametrize(
    ("dataset", "contract"), [(*each,) for form in ("table", "workbook") for each in kinds_of(form)]
)
def test_a_reader_takes_a_drop_without_all_that_its_contract_says_nobody_needs(
    dataset: str, contract: KindContract, tmp_path: Path
):
    files = edited(PUBLISHED[dataset], contract, without(lambda name: not contract.needs(name)))
    assert looked_at(dataset, files, tmp_path).changes == ()
    read_drop(READERS[dataset], files, tmp_path)


REFUSED_WORDS = [
    (dataset, contract, column)
    for form in ("table", "workbook")
    for dataset, contract in kinds_of(form)
    for column, words in contract.words.items()
    if "refused" in words.unknown
]


@pytest.mark.parametrize(("dataset", "contract", "column"), REFUSED_WORDS)
def test_a_word_that_a_reader_refuses_is_told_as_such(
    dataset: str, contract: KindContract, column: str, tmp_path: Path
):
    def paused(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
        place = header.index(column)
        return header, [[*row[:place], "Paused", *row[place + 1 :]] for row in rows]

    files = edited(PUBLISHED[dataset], contract, paused)
    (change,) = looked_at(dataset, files, tmp_path).changes
    assert (change.kind, change.what) == ("word new", f"{column}: Paused")
    assert change.unknown == contract.words[column].unknown
    with pytest.raises(DropError, match="Paused"):
        read_drop(READERS[dataset], files, tmp_path, 0)


def keyless(record: Any, path: str) -> Any:
    """A record without a key; a list on the way is of all its members."""
    if isinstance(record, list):
        return [keyless(item, path) for item in record]
    if not isinstance(record, dict):
        return record
    first, _, rest = path.partition(".")
    kept = {name: value for name, value in record.items() if rest or name != first}
    return {**kept, first: keyless(kept[first], rest)} if rest and first in kept else kept


ALL_KEYS = ("publication_date", "publication_year")
"""Keys of which one serves for the other."""
KEYS = [
    pytest.param(dataset, contract, name, id=f"{dataset} {contract.kind.name} {name.label}")
    for dataset, contract in kinds_of("records")
    for name in (*contract.needed, *contract.wanted)
]


@pytest.mark.parametrize(("dataset", "contract", "name"), KEYS)
def test_a_key_that_is_gone_from_all_records_is_told_and_refused_where_the_contract_says_so(
    dataset: str, contract: KindContract, name: Name, tmp_path: Path
):
    def less(file: str, content: str | bytes) -> str | bytes:
        if file.endswith(".zip"):
            assert isinstance(content, bytes)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = {each: json.loads(archive.read(each)) for each in archive.namelist()}
            return zipped({each: json.dumps(without_keys(records)) for each, records in members.items()})
        assert isinstance(content, str)
        records = [json.loads(line) for line in content.splitlines()]
        return json_lines(*without_keys(records)) if contract.kind.files.search(file) else content

    def without_keys(records: Any) -> Any:
        for path in sorted({name.label, *(each for each in ALL_KEYS if name.fits(each))}):
            records = keyless(records, path)
        return records

    files = {file: less(file, content) for file, content in PUBLISHED[dataset].items()}
    told = [change for change in looked_at(dataset, files, tmp_path).changes if change.what == name.label]
    is_refused = contract.needs(name.label)
    assert [(change.kind, change.is_needed, change.is_refused) for change in told] == [
        ("column gone", True, is_refused)
    ]
    if is_refused:
        with pytest.raises(DropError):
            read_drop(READERS[dataset], files, tmp_path)
    else:
        read_drop(READERS[dataset], files, tmp_path)


SEVERAL = [(dataset, each) for dataset in PUBLISHERS for each in contract_of(dataset) if len(contract_of(dataset)) > 1]


@pytest.mark.parametrize(("dataset", "contract"), SEVERAL)
def test_files_of_a_kind_that_are_gone_are_told_and_refused_where_the_contract_says_so(
    dataset: str, contract: KindContract, tmp_path: Path
):
    def less(file: str, content: str | bytes) -> str | bytes:
        if not file.endswith(".zip"):
            return content
        assert isinstance(content, bytes)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            kept = [each for each in archive.namelist() if not contract.kind.files.search(f"{file}/{each}")]
            return zipped({each: archive.read(each) for each in kept})

    others = {file: content for file, content in PUBLISHED[dataset].items() if not contract.kind.files.search(file)}
    files = {file: less(file, content) for file, content in others.items()}
    (change,) = looked_at(dataset, files, tmp_path).changes
    assert (change.kind, change.files, change.is_refused) == (
        "files gone",
        contract.kind.name,
        not contract.is_optional,
    )
    if change.is_refused:
        with pytest.raises(DropError):
            read_drop(READERS[dataset], files, tmp_path)
    else:
        read_drop(READERS[dataset], files, tmp_path)


@pytest.mark.parametrize("release", RELEASES)
def test_the_columns_of_every_release_of_postcodes_are_known(release: str, tmp_path: Path):
    files = {"ONSPD.zip": zipped({"Data/ONSPD_UK.csv": f"{RELEASES[release]}\n"})}
    assert looked_at("postcodes", files, tmp_path).changes == ()


@pytest.mark.parametrize("dataset", PUBLISHERS)
def test_an_empty_drop_is_told(dataset: str, tmp_path: Path):
    (tmp_path / "drop").mkdir()
    changes = looked_at(dataset, {}, tmp_path).changes
    assert [change.kind for change in changes] == ["files gone"] * len(contract_of(dataset))
    assert all(change.is_needed for change in changes)


@pytest.mark.parametrize("dataset", PUBLISHERS)
def test_patterns_are_of_names_as_they_are_compared(dataset: str):
    for contract in contract_of(dataset):
        for name in (*contract.needed, *contract.wanted, *contract.known):
            assert all(pattern.pattern == pattern.pattern.lower() for pattern in name.patterns), name.label
            assert all(name.fits(plain.upper()) for plain in name.names)
        for words in contract.words.values():
            assert all(words.knows(word.upper()) for word in words.known)
            assert words.is_open or words.unknown
            assert not words.knows("A word that nobody has written") or words.is_open


def test_what_was_seen_first_in_another_issue_has_its_own_day():
    (contract,) = contract_of("companies_house")
    later = replace(contract, first_seen={"CompanyStatus": date(2026, 9, 1)})
    assert (later.since("CompanyStatus"), later.since("CompanyName")) == (date(2026, 9, 1), contract.seen)


def unknown(changes: Iterable[Change]) -> list[tuple[str, str]]:
    return [(change.kind, change.what) for change in changes if change.kind != "files gone"]


def test_the_contract_of_companies_house_holds_of_its_real_header_and_of_real_companies(
    shared_data: Path, tmp_path: Path
):
    text = (shared_data / "companies_house_sample" / "BasicCompanyData_header_and_one_real_row.csv").read_bytes()
    assert (
        unknown(looked_at("companies_house", {"BasicCompanyData-part1_1.csv": text}, tmp_path / "header").changes) == []
    )
    real = pl.read_parquet(shared_data / "companies_house_sheffield_rotherham" / "companies_2024_11.parquet")
    rows = real.select(
        pl.col("^Company.*|IncorporationDate|SICCode.*$").cast(pl.String), **{"RegAddress.PostCode": "Postcode"}
    )
    found = looked_at("companies_house", {"BasicCompanyData-part1_1.csv": rows.write_csv()}, tmp_path / "rows")
    assert unknown(found.changes) == []
    assert found.shapes[0].records == 46_611
    assert found.shapes[0].words["CompanyStatus"]["Active"] == 42_297


def test_the_contract_of_innovate_uk_holds_of_the_real_workbook_and_tells_of_the_changed_one(
    shared_data: Path, tmp_path: Path
):
    folder = shared_data / "ukri_innovate_uk_2026_08"
    real = (folder / "innovate_uk_money_plain.xlsx").read_bytes()
    found = looked_at("innovate_uk", {"IUK-20260804.xlsx": real}, tmp_path / "real")
    assert unknown(found.changes) == []
    assert found.shapes[0].records == 10
    changed = looked_at(
        "innovate_uk", {"IUK.xlsx": (folder / "innovate_uk_CHANGED.xlsx").read_bytes()}, tmp_path / "changed"
    )
    assert {(change.kind, change.what, change.now) for change in changed.changes if change.is_refused} == {
        ("column gone", "Participant Name", "in no file"),
        ("column gone", "Project Start Date", "in no file"),
    }
    assert {change.what for change in changed.changes if change.kind == "column new"} == {"Organisation", "Start"}


def test_the_contract_of_cordis_holds_of_real_rows(shared_data: Path, tmp_path: Path):
    text = (shared_data / "cordis_rows_2026_10" / "organization.csv").read_bytes()
    assert unknown(looked_at("cordis", {"cordis.zip": zipped({"organization.csv": text})}, tmp_path).changes) == []


def test_the_contract_of_ror_holds_of_a_real_record(shared_data: Path, tmp_path: Path):
    for version in ("v2_0", "v2_1"):
        record = json.loads((shared_data / "ror_schema_v2" / f"example_record_{version}.json").read_bytes())
        files = {"ror.zip": zipped({"ror-data.json": json.dumps([record])})}
        assert unknown(looked_at("ror", files, tmp_path / version).changes) == []


def test_the_contract_of_postcodes_holds_of_real_directories(shared_data: Path, tmp_path: Path):
    nspl = (shared_data / "http_fixtures" / "nspl_aug_2026_header.csv").read_bytes()
    seeds = [shared_data / "onspd_sample" / name for name in ("onspd_seed.csv.gz", "onspd_seed_2025_09.csv.gz")]
    for number, text in enumerate([nspl, *(gzip.decompress(seed.read_bytes()) for seed in seeds)]):
        files = {"ONSPD.zip": zipped({"Data/ONSPD_UK.csv": text})}
        found = looked_at("postcodes", files, tmp_path / str(number))
        assert unknown(found.changes) == []


def case(shared_data: Path, name: str) -> Path:
    folder = shared_data.parent / "cases" / name
    if not folder.is_dir():
        pytest.skip(f"there is no case {folder}")
    return folder


def test_the_contract_of_boundaries_holds_of_a_layer_as_the_portal_gives_it(shared_data: Path, tmp_path: Path):
    text = (case(shared_data, "27a-bnd-itl1") / "boundaries" / "2025-05.geojson").read_bytes()
    found = looked_at("boundaries", {"ITL1_JAN_2025_UK_BUC.geojson": text}, tmp_path)
    assert [(change.kind, change.files) for change in found.changes] == [("files gone", "districts")]


def test_the_contract_of_gateway_to_research_holds_of_the_objects_of_real_pages(shared_data: Path, tmp_path: Path):
    folder = case(shared_data, "14-gtr-outcomes") / "ukri" / "2025-05"
    files = {
        f"{kind}s.jsonl": json_lines(*json.loads((folder / f"{kind}s-1.json").read_bytes())[kind])
        for kind in ("project", "fund", "organisation")
    }
    assert unknown(looked_at("ukri", files, tmp_path).changes) == []


def test_the_contract_of_openalex_holds_of_works_and_institutions_of_its_api_and_snapshot(
    shared_data: Path, tmp_path: Path
):
    page = case(shared_data, "23-openalex-api-page") / "publications" / "2025-05" / "works-page-1.json"
    snapshot = case(shared_data, "20-openalex-2026-jsonl") / "publications"
    (institutions,) = snapshot.rglob("institutions/*/part_0000.gz")
    files = {
        "works.jsonl": json_lines(*json.loads(page.read_bytes())["results"]),
        "institutions.jsonl": gzip.decompress(institutions.read_bytes()),
    }
    assert unknown(looked_at("publications", files, tmp_path).changes) == []
