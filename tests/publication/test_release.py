"""The release of a month: whole or not at all, the same again, and what it does where the month is half made."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.method import MethodProfile
from assets.months import Month
from assets.publication import folder, report
from assets.publication.base_map import BaseMap
from assets.publication.folder import MAKING, RELEASES, checksums, months_shown, put
from assets.publication.steps import release
from assets.publication.steps.release import release_step
from assets.scratch import ALIVE
from assets.warehouse.checks import ChecksFailedError
from assets.warehouse.database import Warehouse
from assets.warehouse.made_from import set_made
from assets.warehouse.reading import LAYERS_OF_DROPS
from pipelines.definitions import all_steps
from pipelines.settings import Settings
from tests.publication.release_example import PROFILES, fill_release
from tests.publication.release_example import release as release_month
from tests.support import MONTH, fill, make, make_or_take_over

NEXT = MONTH.plus(1)


def released(publication: Path, month: Month = MONTH) -> dict[str, bytes]:
    """The files of a month as a reader finds them."""
    root = publication / str(month)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def stored(warehouse: Warehouse) -> dict[str, tuple[int, str]]:
    rows = warehouse.read("select path, bytes, sha256 from publication.files").iter_rows()
    return {path: (size, digest) for path, size, digest in rows}


def described(files: dict[str, bytes]) -> dict[str, tuple[int, str]]:
    return {path: (len(content), hashlib.sha256(content).hexdigest()) for path, content in files.items()}


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take most of a release's time, and the report's tests have them."""
    monkeypatch.setattr(release, "_pictures", lambda *arguments: {})


@pytest.fixture
def known(filled: Warehouse) -> Warehouse:
    """With the ledger that steps would have written of these rows."""
    with filled.transaction() as connection:
        made = [table for table in release_step("").reads if table.split(".")[0] not in LAYERS_OF_DROPS]
        set_made(connection, made, MONTH, "0")
    return filled


def test_the_folder_holds_what_the_table_says_and_the_checksums_agree(filled: Warehouse, publication: Path):
    result = release_month(filled, publication)
    files = released(publication)
    assert stored(filled) == described(files)
    assert files.pop("checksums.txt") == checksums(files)
    assert not (publication / str(MONTH)).readlink().is_absolute()
    assert str(MONTH) in (publication / "months.js").read_text()
    assert f'url={MONTH}/index.html"' in (publication / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"#:]+)"', (files["report.html"] + files["downloads.html"]).decode())
    assert set(named) <= {*files, "checksums.txt"}
    told = result.reports[""]
    assert told.figures["page"].endswith(f"{MONTH}/index.html")
    assert told.figures["clusters, dsit-v1"] == 3


def test_the_same_month_twice_is_the_same_release(filled: Warehouse, publication: Path):
    release_month(filled, publication)
    before, link = stored(filled), (publication / str(MONTH)).readlink()
    written = (publication / str(MONTH) / "index.html").stat().st_mtime_ns
    release_month(filled, publication)
    assert stored(filled) == before
    assert (publication / str(MONTH)).readlink() == link
    assert (publication / str(MONTH) / "index.html").stat().st_mtime_ns == written


def test_a_release_that_stands_is_taken_over(known: Warehouse, publication: Path):
    here, elsewhere = (release_step(str(folder)) for folder in (publication, publication.with_name("elsewhere")))
    assert not make_or_take_over(known, here, *PROFILES).is_taken_over
    files = released(publication)
    assert make_or_take_over(known, here, *PROFILES).is_taken_over
    assert released(publication) == files
    assert not make_or_take_over(known, elsewhere, *PROFILES).is_taken_over
    assert make_or_take_over(known, here, *PROFILES).is_taken_over


def file_gone(publication: Path) -> None:
    (publication / str(MONTH) / "checksums.txt").unlink()


def file_added(publication: Path) -> None:
    (publication / str(MONTH) / "further.txt").write_text("?")


def file_changed(publication: Path) -> None:
    with (publication / str(MONTH) / "data.js").open("a") as file:
        file.write(" ")


def link_gone(publication: Path) -> None:
    (publication / str(MONTH)).unlink()


def months_gone(publication: Path) -> None:
    (publication / "months.js").unlink()


def way_in_changed(publication: Path) -> None:
    (publication / "index.html").write_text("")


@pytest.mark.parametrize("change", [file_gone, file_added, file_changed, link_gone, months_gone, way_in_changed])
def test_a_release_whose_folder_is_not_as_it_was_is_made_again(
    known: Warehouse, publication: Path, change: Callable[[Path], None]
):
    step = release_step(str(publication))
    make(known, step, *PROFILES)
    files = released(publication)
    change(publication)
    assert not make_or_take_over(known, step, *PROFILES).is_taken_over
    assert released(publication) == files
    assert make_or_take_over(known, step, *PROFILES).is_taken_over


def test_a_release_is_made_again_where_anything_that_it_says_is_other(known: Warehouse, publication: Path):
    make(known, release_step(str(publication)), *PROFILES)
    described, *others = PROFILES
    described = described.model_copy(update={"description": "Said otherwise."})
    of_typology = described.typology.model_copy(update={"largest_partners": 4})
    tiles = BaseMap("https://tiles.example/{z}/{x}/{y}.png", "Somebody")
    notice = {
        "dataset": "postcodes",
        "sha256": "0",
        "column_name": "easting",
        "label": "eastings",
        "figure": "total",
        "now": 1.0,
        "verdict": "warned",
    }

    def is_taken_over(base_map: BaseMap | None, *profiles: MethodProfile) -> bool:
        step = release_step(str(publication), base_map)
        first = make_or_take_over(known, step, *profiles).is_taken_over
        assert make_or_take_over(known, step, *profiles).is_taken_over
        return first

    assert is_taken_over(None, *PROFILES)
    assert not is_taken_over(None, described, *others)
    assert not is_taken_over(None, described.model_copy(update={"typology": of_typology}), *others)
    assert not is_taken_over(tiles, *PROFILES)
    assert not is_taken_over(None, *PROFILES)
    fill(known, "sources.alarms", [notice])
    assert not is_taken_over(None, *PROFILES)


def test_months_stand_side_by_side_the_latest_first(filled: Warehouse, publication: Path):
    release_month(filled, publication)
    may = released(publication)
    fill_release(filled, clusters=2, month=NEXT)
    release_month(filled, publication, month=NEXT)
    assert released(publication) == may
    assert months_shown(publication) == [NEXT, MONTH]
    assert json.loads((publication / "months.js").read_text().partition(" = ")[2].rstrip(";\n")) == [
        str(NEXT),
        str(MONTH),
    ]


def test_a_failed_check_leaves_the_earlier_release(
    filled: Warehouse, publication: Path, monkeypatch: pytest.MonkeyPatch
):
    release_month(filled, publication)
    files, rows = released(publication), stored(filled)
    fill_release(filled, clusters=4)
    monkeypatch.setattr(report, "report_files", lambda *arguments: {})
    with pytest.raises(ChecksFailedError, match="releases_have_their_parts"):
        release_month(filled, publication)
    assert released(publication) == files
    assert stored(filled) == rows


def test_nothing_leaves_where_disclosure_controls_tables_break_a_rule(filled: Warehouse, publication: Path):
    release_month(filled, publication)
    files = released(publication)
    with filled.transaction() as connection:
        connection.execute("delete from publication.attack_bounds")
        connection.execute("update publication.clusters set employees_status = 'c', employees = null")
    with pytest.raises(ValueError, match=r"every_suppressed_figure_is_attacked.*publish --month 2025-05"):
        release_month(filled, publication)
    assert released(publication) == files


def test_a_crash_while_writing_leaves_the_earlier_release_and_no_litter(
    filled: Warehouse, publication: Path, monkeypatch: pytest.MonkeyPatch
):
    release_month(filled, publication)
    files = released(publication)
    fill_release(filled, clusters=4)
    write, written = folder._write, []

    def crash(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) == 5:
            raise OSError("the device is gone")
        write(path, content)

    with monkeypatch.context() as patched, pytest.raises(ValueError, match="cannot be written: the device is gone"):
        patched.setattr(folder, "_write", crash)
        release_month(filled, publication)
    assert released(publication) == files
    assert not list((publication / RELEASES).glob(f"{MAKING}*"))
    killed = publication / RELEASES / f"{MAKING}a_killed"
    killed.mkdir()
    (killed / ALIVE).touch()
    release_month(filled, publication)
    assert described(released(publication)) == stored(filled)
    assert not list((publication / RELEASES).glob(f"{MAKING}*"))


def test_a_crash_between_the_rows_and_the_link_leaves_a_whole_release_that_the_next_run_replaces(
    filled: Warehouse, publication: Path, monkeypatch: pytest.MonkeyPatch
):
    release_month(filled, publication)
    files = released(publication)
    fill_release(filled, clusters=4)

    def crash(self: folder.Release) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(folder.Release, "show", crash)
        release_month(filled, publication)
    assert released(publication) == files
    assert stored(filled) != described(files)
    release_month(filled, publication)
    assert described(released(publication)) == stored(filled)


def test_a_reader_sees_whole_releases_and_whole_lists_while_many_are_shown(tmp_path: Path):
    versions = [
        {"index.html": str(number).encode()} | {f"{name}.txt": f"{name} {number}".encode() * 999 for name in "abcde"}
        for number in range(2)
    ]
    put(tmp_path, MONTH, versions[0]).show()
    is_over = threading.Event()
    seen: set[int] = set()
    lists: set[str] = set()
    problems: list[str] = []

    def look() -> None:
        while not is_over.is_set():
            try:
                opened = os.open(tmp_path / str(MONTH), os.O_RDONLY)
                found = {name: _read(name, opened) for name in versions[0]}
                os.close(opened)
                seen.add(versions.index(found))
                way_in = (tmp_path / "index.html").read_text()
                lists.add((tmp_path / "months.js").read_text())
                if not way_in.endswith("</html>\n"):
                    problems.append("half a way in")
            except (OSError, ValueError) as error:
                problems.append(repr(error))

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(1, 150):
        put(tmp_path, MONTH, versions[turn % 2]).show()
        if turn % 10 == 0:
            put(tmp_path, NEXT, versions[0]).show()
        elif turn % 10 == 5:
            (tmp_path / str(NEXT)).unlink(missing_ok=True)
    is_over.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert seen == {0, 1}
    assert lists == {
        'window.PUBLISHED_MONTHS = ["2025-05"];\n',
        'window.PUBLISHED_MONTHS = ["2025-06","2025-05"];\n',
    }


def _read(name: str, folder_opened: int) -> bytes:
    handle = os.open(name, os.O_RDONLY, dir_fd=folder_opened)
    try:
        return b"".join(iter(lambda: os.read(handle, 1 << 16), b""))
    finally:
        os.close(handle)


def test_the_release_before_stays_for_those_who_read_it_and_older_ones_go(tmp_path: Path):
    for number in range(4):
        put(tmp_path, MONTH, {"index.html": str(number).encode()}).show()
    kept = sorted((tmp_path / RELEASES).iterdir())
    assert sorted((path / "index.html").read_bytes() for path in kept) == [b"2", b"3"]
    assert (tmp_path / str(MONTH) / "index.html").read_bytes() == b"3"


def test_files_that_someone_changed_are_put_right(tmp_path: Path):
    files = {"index.html": b"ours", "sub/data.js": b"1"}
    put(tmp_path, MONTH, files).show()
    (tmp_path / str(MONTH) / "index.html").write_bytes(b"theirs")
    put(tmp_path, MONTH, files).show()
    assert released(tmp_path) == files
    put(tmp_path, MONTH, files).show()
    assert released(tmp_path) == files


def test_a_folder_that_was_not_made_here_is_not_touched(filled: Warehouse, publication: Path):
    (publication / str(MONTH)).mkdir(parents=True)
    (publication / str(MONTH) / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="is no link to a release"):
        release_month(filled, publication)
    assert released(publication) == {"mine.txt": b"mine"}


INDEX_TABLES = ("clusters", "rankings", "rank_changes")
MAP_TABLES = (
    "publication.clusters",
    "publication.criteria",
    "publication.sector_mix",
    "publication.totals",
    "publication.suppressions",
    "publication.attack_bounds",
    "typology.innovation_clusters",
    "typology.cluster_counts",
    "typology.cluster_events",
)


def test_the_map_alone_is_published_and_says_so(filled: Warehouse, publication: Path):
    for table in INDEX_TABLES:
        fill(filled, f"innovation_index.{table}", [])
    result = release_month(filled, publication)
    assert result.reports[""].messages == ["the month has no Index: the Map alone is published"]
    files = released(publication)
    assert b"The month has no Tech Innovation Index" in files["report.html"]
    assert "report/index.png" not in files
    assert files["downloads/rankings.csv"].count(b"\n") == 1


def test_the_index_alone_is_published_and_says_so(filled: Warehouse, publication: Path):
    for table in MAP_TABLES:
        fill(filled, table, [])
    result = release_month(filled, publication)
    assert result.reports[""].messages == ["the month has no cluster of the Map: the Index alone is published"]
    files = released(publication)
    assert b"no cluster of the Innovation Clusters Map" in files["report.html"]
    assert json.loads(files["downloads/clusters.geojson"]) == {"type": "FeatureCollection", "features": []}
    assert len(json.loads(files["downloads/index_clusters.geojson"])["features"]) == 190


def test_a_month_with_neither_publishes_nothing_and_leaves_what_was_there(filled: Warehouse, publication: Path):
    release_month(filled, publication)
    files = released(publication)
    for table in (*MAP_TABLES, *(f"innovation_index.{name}" for name in INDEX_TABLES)):
        fill(filled, table, [])
    result = release_month(filled, publication)
    assert "nothing is published" in result.reports[""].messages[0]
    assert stored(filled) == {}
    assert released(publication) == files


def test_everything_that_the_report_checks_is_made_before_it():
    steps = {table: step for step in all_steps(Settings()) for table in step.tables}
    behind: set[str] = set()
    waiting = ["publication.files"]
    while waiting:
        step = steps[waiting.pop()]
        new = set(step.reads) - behind
        behind |= new | set(step.tables)
        waiting += [table for table in new if table in steps]
    unordered = set(steps) - behind
    assert unordered == set(), f"add what nothing else reads to {release.__name__}.CHECKED_TOO"
