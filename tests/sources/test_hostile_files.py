"""What is no file, what is too large, what does not stay as it was: told with its name, and nothing waits for ever."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from assets.disk import DiskFullError, full_disk_said, is_disk_full
from assets.sources.bounds import SETTINGS, USUAL_BOUNDS, Bounds, in_words
from assets.sources.delivery.deliveries import bring, change_of
from assets.sources.delivery.drops import Drop, Listing, list_drops
from assets.sources.delivery.storage import Storage
from assets.sources.files.kinds import Part, check_utf8, plain_files
from assets.sources.files.text_tables import text_table
from assets.sources.problems import DropError, DropsRefusedError
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from assets.sources.readers.ukri import UKRI
from assets.sources.reading.texts import text_batches
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.doctor import examine
from pipelines.sensors import new_drop_sensor
from pipelines.settings import Settings
from tests.sources.conftest import Place
from tests.sources.readers.test_index_sources import BUSINESSES_HEADER, EVENTS_HEADER
from tests.sources.readers.test_publications import OXFORD, work
from tests.sources.readers.test_ukri import FUND, PROJECT
from tests.sources.support import (
    ENTERPRISES_CSV,
    LENIENT,
    MAY,
    TODAY,
    content,
    ingest,
    json_lines,
    put,
    put_register,
    read_drop,
)

DROP = "idbr_enterprises/2025-05.csv"
SECRET = "zyxwvut"
BOMB_BOUNDS = replace(USUAL_BOUNDS, ratio_from_bytes=1_000_000)
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is full")


def listed(sources: Path, linked: tuple[str, ...] = ()) -> Listing:
    return list_drops(Storage(str(sources), linked), ["idbr_enterprises", "publications"], [], TODAY)


def make_socket(path: Path) -> None:
    # A socket's address is short: it is made where the path is.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def above_sources(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.name == "sources").parent


NO_FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a named pipe": (os.mkfifo, "it is a named pipe, which has no end"),
    "a socket": (make_socket, "it is a socket, which has no end"),
    "a link to an endless device": (lambda path: path.symlink_to("/dev/zero"), "a link leads out of the sources"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "the link leads to what is not there"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "it cannot be looked at"),
    "a link out of the sources": (
        lambda path: path.symlink_to(put(above_sources(path), "elsewhere/passwords", SECRET)),
        "a link leads out of the sources, into the folder .*elsewhere",
    ),
}


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("where", [DROP, "idbr_enterprises/2025-05/part.csv"], ids=["drop", "part"])
def test_what_is_no_file_is_refused_by_name(april: Place, kind: str, where: str) -> None:
    put_register(april.sources)
    (april.sources / DROP).unlink()
    make, found = NO_FILES[kind]
    path = april.sources / where
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    before = content(april.warehouse)
    with pytest.raises(DropsRefusedError, match=f"(?s)1 drop is refused:\n  {where}: {found}") as error:
        ingest(april.warehouse, april.sources)
    assert SECRET not in str(error.value)
    assert content(april.warehouse) == before
    settings = Settings(sources=str(april.sources), warehouse=str(april.warehouse.path))
    assert any(finding.verdict == "bad" and finding.what == where for finding in examine(settings))
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance=instance) as context:
        answer = new_drop_sensor(settings)(context)
    assert isinstance(answer, dg.SkipReason) and where in str(answer.skip_message)


def test_links_may_lead_within_the_sources_and_where_a_setting_allows(warehouse: Warehouse, tmp_path: Path) -> None:
    sources, elsewhere = tmp_path / "sources", tmp_path / "elsewhere"
    put_register(sources)
    (sources / DROP).rename(sources / "idbr_enterprises" / "_kept.csv")
    (sources / DROP).symlink_to("_kept.csv")
    (elsewhere / "sites").mkdir(parents=True)
    (sources / "idbr_local_units" / "2025-05.csv").rename(elsewhere / "sites" / "2025-05.csv")
    (sources / "idbr_local_units").rmdir()
    (sources / "idbr_local_units").symlink_to(elsewhere / "sites")
    with pytest.raises(DropsRefusedError, match=f"idbr_local_units: a link leads out.*{SETTINGS['linked']}"):
        ingest(warehouse, sources)
    bounds = replace(USUAL_BOUNDS, linked=(str(elsewhere),))
    run_step(ingest_step(str(sources), lambda: TODAY, bounds), warehouse, MAY, [LENIENT])
    assert warehouse.read("select count(*) from sources.idbr_local_units").item() == 4


@pytest.mark.parametrize(
    "link", ["publications", "publications/2025-05", "publications/2025-05/works"], ids=["dataset", "drop", "part"]
)
def test_a_link_to_a_folder_of_another_disk_is_followed_or_refused_in_words(tmp_path: Path, link: str) -> None:
    sources, disk = tmp_path / "sources", tmp_path / "disk"
    put(disk, "publications/2025-05/works/a.jsonl", "{}\n")
    (sources / link).parent.mkdir(parents=True)
    (sources / link).symlink_to(disk / link)
    (problem,) = listed(sources).problems
    assert str(problem).startswith(f"{link}: a link leads out of the sources, into the folder {disk / link}; expected ")
    assert SETTINGS["linked"] in str(problem)
    found = listed(sources, (str(disk),))
    assert (found.problems, [drop.path for drop in found.drops]) == ((), ["publications/2025-05"])
    storage = Storage(str(sources), (str(disk),))
    assert storage.files_under("publications/2025-05") == ["publications/2025-05/works/a.jsonl"]


def test_a_link_under_a_name_that_is_no_dataset_is_told_with_what_is_meant(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    put(sources, DROP, ENTERPRISES_CSV)
    put(tmp_path, "disk/2025-05/a.jsonl", "{}\n")
    (sources / "publication").symlink_to(tmp_path / "disk")
    (warning,) = listed(sources).warnings
    assert warning.startswith(
        "publication is not a dataset known here and is not read (a link leads out of the sources"
    )
    assert warning.endswith(": is publications meant?")


def test_a_link_that_leads_back_by_way_of_another_disk_is_refused(tmp_path: Path) -> None:
    sources, disk = tmp_path / "sources", tmp_path / "disk"
    put(sources, "publications/2025-05/a.jsonl", "{}\n")
    disk.mkdir()
    (sources / "publications" / "2025-05" / "more").symlink_to(disk)
    (disk / "back").symlink_to(sources / "publications" / "2025-05")
    (problem,) = listed(sources, (str(disk),)).problems
    assert "more/back: a link leads back to a folder that it lies in" in str(problem)


def test_a_link_back_to_its_own_folder_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "publications/2025-05/a.jsonl", "{}\n")
    (tmp_path / "publications" / "2025-05" / "again").symlink_to(".")
    (problem,) = listed(tmp_path).problems
    assert "again: a link leads back to a folder that it lies in" in str(problem)


def test_what_is_no_dataset_is_no_reason_to_stop(tmp_path: Path) -> None:
    put(tmp_path, DROP, ENTERPRISES_CSV)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "idbr_enterprises" / "_lock").symlink_to("nothing")
    found = listed(tmp_path)
    assert not found.problems and len(found.drops) == 1
    assert found.warnings == ("pipe lies outside the datasets' folders and is not read",)


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    put(tmp_path, DROP, ENTERPRISES_CSV)
    os.close(os.open(os.fsencode(tmp_path / "idbr_enterprises") + b"/\xff\x1b[31m.csv", os.O_CREAT))
    (problem,) = listed(tmp_path).problems
    assert str(problem).encode().startswith(b"idbr_enterprises/\\udcff[31m.csv: the name is not a date")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_read_is_told(tmp_path: Path, what: str) -> None:
    file = put(tmp_path, DROP, ENTERPRISES_CSV)
    (file if what == "file" else file.parent).chmod(0)
    script = (
        "import os, sys\nfrom datetime import date\n"
        "from assets.sources.delivery.drops import list_drops\nfrom assets.sources.delivery.storage import Storage\n"
        "os.getuid() or (os.setgid(65534), os.setuid(65534))\n"
        "print(*list_drops(Storage(sys.argv[1]), ['idbr_enterprises'], [], date(2025, 6, 1)).problems)"
    )
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    file.parent.chmod(0o755)
    assert "the user that runs this may not read it" in run.stdout, run.stderr


def test_a_drop_past_its_bound_is_refused_with_the_setting(tmp_path: Path) -> None:
    put(tmp_path, DROP, ENTERPRISES_CSV)
    bounds = replace(USUAL_BOUNDS, drop_bytes=100)
    with pytest.raises(DropError, match=f"{DROP}: the drop has 199 bytes; expected at most 100 bytes.*_MAX_DROP"):
        bring(Storage(str(tmp_path)), drop_of(DROP), tmp_path, bounds)


def drop_of(path: str, is_folder: bool = False) -> Drop:
    return Drop(path.split("/", maxsplit=1)[0], date(2025, 5, 1), path, is_folder)


def zeros_in_zip(*names: str, size: int = 3_000_000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(size))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz", "a.jsonl.gz"])
def test_a_bomb_is_refused_before_it_goes_off(name: str, tmp_path: Path) -> None:
    packed = zeros_in_zip("a.csv") if name.endswith("zip") else gzip.compress(bytes(3_000_000))
    for bounds, found, setting in (
        (BOMB_BOUNDS, r"\d\.\d kB unpack to 1 MB and more; expected at most 200 times", "unpacked_ratio"),
        (replace(USUAL_BOUNDS, unpacked_bytes=2_000_000), "it unpacks to more than 2 MB", "unpacked_bytes"),
    ):
        part = Part(put(tmp_path, name, packed), f"d/{name}", bounds)
        with pytest.raises(DropError, match=f"d/{name}.*{found}.*{SETTINGS[setting]}"):
            check_utf8(part) if "jsonl" in name else plain_files([part], tmp_path / setting)
        left = [path.stat().st_size for path in (tmp_path / setting).rglob("*") if path.is_file()]
        assert sum(left) <= 3_000_000


def test_the_members_of_a_zip_count_together(tmp_path: Path) -> None:
    bounds = replace(USUAL_BOUNDS, unpacked_bytes=7_000_000)
    part = Part(put(tmp_path, "a.zip", zeros_in_zip("a.csv", "b.csv", "c.csv")), "d/a.zip", bounds)
    with pytest.raises(DropError, match="d/a.zip/c.csv: it unpacks to more than 7 MB"):
        plain_files([part], tmp_path / "scratch")


def test_archives_in_archives_come_to_an_end(tmp_path: Path) -> None:
    inner = zeros_in_zip("a.csv", size=10)
    for _ in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("in.zip", inner)
        inner = buffer.getvalue()
    with pytest.raises(DropError, match="there are archives in archives without end"):
        plain_files([Part(put(tmp_path, "a.zip", inner), "d/a.zip")], tmp_path / "scratch")


def test_long_and_odd_names_in_a_zip_are_read(tmp_path: Path) -> None:
    names = ("n" * 3000 + ".csv", "/etc/passwd.csv", "../../out.csv", "a\x1b.csv")
    parts = plain_files([Part(put(tmp_path, "a.zip", zeros_in_zip(*names, size=5)), "d/a.zip")], tmp_path / "scratch")
    assert [part.path.read_bytes() for part in parts] == [bytes(5)] * 4
    assert all(part.path.resolve().is_relative_to(tmp_path / "scratch") for part in parts)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_and_a_locked_one_are_refused(tmp_path: Path) -> None:
    twice = Part(put(tmp_path, "a.zip", zeros_in_zip("a.csv", "a.csv", size=5)), "d/a.zip")
    with pytest.raises(DropError, match="d/a.zip/a.csv: the name stands twice in the zip"):
        plain_files([twice], tmp_path / "scratch")
    locked = bytearray(zeros_in_zip("a.csv", size=5))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DropError, match=r"d/b.zip/a.csv: it is encrypted; .* Pack it without a password"):
        plain_files([Part(put(tmp_path, "b.zip", bytes(locked)), "d/b.zip")], tmp_path / "scratch")


def test_a_line_without_end_and_line_ends_of_old_are_refused(tmp_path: Path) -> None:
    bounds = replace(USUAL_BOUNDS, line_bytes=2_000_000)
    for text, found in (
        (b"a\n" + b"x" * 4_000_000, "row 2: the line has no end; expected at most 2 MB a line"),
        (b"a,b\r1,2\r", "its lines end with CR alone"),
    ):
        with pytest.raises(DropError, match=found):
            check_utf8(Part(put(tmp_path, "a.csv", text), "d/a.csv", bounds))


def test_a_stray_cell_is_named_and_the_process_lives(april: Place) -> None:
    put_register(april.sources)
    book = xlsxwriter.Workbook(april.sources / DROP.replace("csv", "xlsx"))
    sheet = book.add_worksheet()
    for number, line in enumerate(ENTERPRISES_CSV.splitlines()):
        sheet.write_row(number, 0, line.split(","))
    sheet.write("XFD1048576", SECRET)
    book.close()
    (april.sources / DROP).unlink()
    with pytest.raises(DropsRefusedError, match=r"reach as far as XFD1048576: 17179869184 cells.*_MAX_SHEET_CELLS"):
        ingest(april.warehouse, april.sources)


def test_a_workbook_that_unpacks_too_far_is_refused(tmp_path: Path) -> None:
    book = zeros_in_zip("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
    for bounds, found in (
        (BOMB_BOUNDS, "unpack to 1 MB and more"),
        (replace(USUAL_BOUNDS, whole_bytes=4_000_000), "the workbook unpacks to more; expected at most 4 MB"),
    ):
        with pytest.raises(DropError, match=f"d/a.xlsx.*{found}"):
            text_table(Part(put(tmp_path, "a.xlsx", book), "d/a.xlsx", bounds))


def damaged(tmp_path: Path, frame: pl.DataFrame, sought: bytes, put_there: bytes, **how: Any) -> Part:
    """A Parquet file, not compressed, in whose pages other bytes stand."""
    pq.write_table(frame.to_arrow(), tmp_path / "a.parquet", compression="none", use_dictionary=False, **how)
    whole = (tmp_path / "a.parquet").read_bytes()
    assert sought in whole
    (tmp_path / "a.parquet").write_bytes(whole.replace(sought, put_there, 1))
    return Part(tmp_path / "a.parquet", "d/a.parquet")


def test_a_damaged_page_is_seen_by_its_checksum_and_by_what_the_file_states(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": [f"name {number}" for number in range(1000)], "number": range(1000)})
    summed = damaged(tmp_path, frame, b"name 500", b"name 501", write_page_checksum=True)
    with pytest.raises(DropError, match=r"d/a.parquet, column name: the file cannot be read .*(?i:crc|checksum)"):
        text_table(summed)
    stated = damaged(tmp_path, frame, b"name 500", b"zzzz 500")
    with pytest.raises(DropError, match=r"column name: the file is damaged: of its row group 1 values lie outside"):
        text_table(stated)
    no_text = damaged(tmp_path, frame, b"name 500", b"nam\xff 500")
    with pytest.raises(DropError, match=r"d/a.parquet, column name: the file cannot be read"):
        text_table(no_text)


CHANGES: dict[str, Callable[[Path], Any]] = {
    "replaced": lambda path: put(path.parents[1], "new.csv", path.read_text()).replace(path),
    "written to": lambda path: path.write_text(path.read_text()),
    "made longer": lambda path: path.write_text(path.read_text() + "\n"),
    "taken away": lambda path: path.unlink(),
    "made a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_file_that_changes_after_its_digest_is_not_kept(tmp_path: Path, kind: str) -> None:
    file = put(tmp_path / "sources", DROP, ENTERPRISES_CSV)
    storage = Storage(str(tmp_path / "sources"))
    delivery = bring(storage, drop_of(DROP), tmp_path, USUAL_BOUNDS)
    assert change_of(storage, delivery) is None
    CHANGES[kind](file)
    assert f"{DROP}: it changed while it was read" in str(change_of(storage, delivery))


def test_a_part_that_is_added_changes_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "publications/2025-05/a.jsonl", "{}\n")
    storage = Storage(str(tmp_path))
    delivery = bring(storage, drop_of("publications/2025-05", is_folder=True), tmp_path, USUAL_BOUNDS)
    assert change_of(storage, delivery) is None
    put(tmp_path, "publications/2025-05/b.jsonl", "{}\n")
    assert "publications/2025-05: it changed while it was read" in str(change_of(storage, delivery))


def test_texts_of_a_drop_that_changes_meanwhile_are_not_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    put_register(sources)
    lines = [f"{number},Alpha,Makes things,OX11 0AA,,\n" for number in (1, 2)]
    file = put(sources, "businesses/2025-05.csv", BUSINESSES_HEADER + "".join(lines))
    ingest(warehouse, sources)
    used = warehouse.read("select * from sources.drops where dataset = 'businesses'").row(0, named=True)
    (tmp_path / "scratch").mkdir()
    batches = text_batches(str(sources), used, tmp_path / "scratch", 1)
    next(batches)
    file.write_text(file.read_text())
    with pytest.raises(DropError, match="businesses/2025-05.csv: it changed while it was read"):
        list(batches)


def test_no_text_of_an_item_is_kept_or_told(warehouse: Warehouse, tmp_path: Path) -> None:
    """In a row that is a column out a title stands where a number should."""
    sources, title = tmp_path / "sources", f"A study of {SECRET} in towns"
    put_register(sources)
    drops = {
        "publications/2025-05.jsonl": json_lines(
            work("W1", [OXFORD]), work("W2", [OXFORD], cited_by_count=title), {"title": title, "authorships": []}
        )
        + f'{{"title": "{title}"\n',
        "events/2025-05.csv": EVENTS_HEADER
        + f"1,meetup,Title,A text,2025-03-01,51.5,-0.1,,\n2,meetup,Title,A text,{title},51.5,-0.1,,\n",
        "businesses/2025-05.csv": BUSINESSES_HEADER
        + f"1,Alpha,Makes things,OX11 0AA,,\n{title},Beta,Makes things,OX11 0AA,,\n",
        "rtic_companies/2025-05.csv": "company_number,company_name,rtic_codes,employees,turnover,description\n"
        + f"1,Alpha,RTIC0052,,,A text\n2,Beta,RTIC0052,{title},,A text\n",
    }
    for path, text in drops.items():
        put(sources, path, text)
    with pytest.raises(DropsRefusedError, match="nothing was written, 4 drops are refused") as error:
        ingest(warehouse, sources)
    assert SECRET not in str(error.value)
    assert f"the value is a text of {len(title)} characters" in str(error.value)
    ingest(
        warehouse,
        sources,
        profile=LENIENT.model_copy(update={"sources": LENIENT.sources.model_copy(update={"max_rejected_share": 1.0})}),
    )
    kept = warehouse.read("select * from sources.rejected")
    assert set(kept["dataset"]) == {"publications", "events", "businesses", "rtic_companies"}
    assert kept["value"].null_count() == kept.height


def test_a_header_that_is_a_text_is_not_told(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "events/2025-05.csv", f"1,meetup,A talk on {SECRET},,2025-03-01,51.5,-0.1,,\n")
    with pytest.raises(
        DropsRefusedError, match=r"the header has no such column \(it has: 1, meetup, a text of"
    ) as error:
        ingest(warehouse, tmp_path / "sources")
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("written", [-99_999_999_999_999_999, 9_223_372_036_854_775_807, -62_135_596_800_000, "soon"])
@pytest.mark.parametrize("of_fund", [False, True], ids=["project", "fund"])
def test_times_that_cannot_be_refuse_their_object(written: object, of_fund: bool, tmp_path: Path) -> None:
    project, fund = (PROJECT, {**FUND, "start": written}) if of_fund else ({**PROJECT, "start": written}, FUND)
    other = {**PROJECT, "id": "P2"}
    reading = read_drop(UKRI, {"2025-05.jsonl": json_lines(project, other, fund)}, tmp_path, share=1.0)
    (row,) = reading.rejected.iter_rows(named=True)
    assert (row["row_number"], row["column_name"], row["value"]) == (3 if of_fund else 1, "start", str(written))


@pytest.mark.parametrize("count", ["many", -3, 2.5, 10**40, [1], {"a": 1}, True])
def test_a_count_of_citations_that_is_none_refuses_its_work(count: object, tmp_path: Path) -> None:
    works = [work("W1", [OXFORD]), work("W2", [OXFORD], cited_by_count=count)]
    reading = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": json_lines(*works)}, tmp_path, share=1.0)
    assert [(row[1], row[2]) for row in reading.rejected.iter_rows()] == [(2, "cited_by_count")]
    assert pl.read_parquet(str(reading.tables["sources.publication_citations"]))["publication_id"].to_list() == ["W1"]


@needs_dev_full
@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip"])
def test_a_full_disk_is_not_the_drops_fault(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"a\n1\n") if name.endswith("gz") else zeros_in_zip("a.csv", size=100)
    part = Part(put(tmp_path, name, packed), f"d/{name}")
    (first,) = plain_files([part], tmp_path / "scratch")
    first.path.unlink()
    first.path.symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match=f"the disk of {tmp_path}.* is full: .* no drop is at fault"):
        plain_files([part], tmp_path / "scratch")


def test_a_disk_that_is_nearly_full_is_left_alone(tmp_path: Path) -> None:
    part = Part(put(tmp_path, "a.csv.gz", gzip.compress(b"a\n1\n")), "d/a.csv.gz", Bounds(free_disk_bytes=10**18))
    with pytest.raises(DiskFullError, match=r"MB are free, while d/a.csv.gz was unpacked"):
        plain_files([part], tmp_path / "scratch")


@pytest.mark.parametrize(
    "error",
    [
        pl.exceptions.ComputeError("underlying IO error: No space left on device (os error 28)"),
        duckdb.IOException('IO Error: Could not write file "a": No space left on device'),
        OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"),
        OSError(errno.EDQUOT, "of the user"),
    ],
    ids=["polars", "duckdb", "pyarrow", "quota"],
)
def test_what_libraries_say_of_a_full_disk_is_understood(error: Exception, tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match="while rows were written"), full_disk_said(tmp_path, "rows were written"):
        raise error
    assert not is_disk_full(ValueError("a title with: No space left on device"))


@pytest.fixture
def bounds_given(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for variable in SETTINGS.values():
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def test_bounds_are_settings_and_pass_to_a_process_started_with_them(bounds_given: pytest.MonkeyPatch) -> None:
    assert Settings.from_environment().bounds == USUAL_BOUNDS
    bounds_given.setenv(SETTINGS["linked"], f"/data/a{os.pathsep}/data/b")
    bounds_given.setenv(SETTINGS["unpacked_bytes"], "3GB")
    bounds_given.setenv(SETTINGS["unpacked_ratio"], "500")
    settings = Settings.from_environment()
    wanted = replace(USUAL_BOUNDS, linked=("/data/a", "/data/b"), unpacked_bytes=3_000_000_000, unpacked_ratio=500)
    assert settings.bounds == wanted
    for variable, value in settings.to_environment().items():
        bounds_given.setenv(variable, value)
    assert Settings.from_environment() == settings
    bounds_given.setenv(SETTINGS["drop_bytes"], "lots")
    with pytest.raises(ValueError, match=f"{SETTINGS['drop_bytes']}: 'lots' is no size"):
        Settings.from_environment()


def test_sizes_are_told_in_units() -> None:
    assert [in_words(size) for size in (512, 3_200_000, 64_000_000_000)] == ["512 bytes", "3.2 MB", "64 GB"]
