"""The benchmark: what it measures, keeps and writes; never how fast anything is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.method import MethodProfile
from assets.months import Month
from assets.organisations.steps import STEPS as ORGANISATIONS
from assets.sources.steps import ingest_step
from assets.spatial.steps import STEPS as SPATIAL
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from benchmarks import campaign
from benchmarks.__main__ import app
from benchmarks.cases import FIRST, find_cases
from benchmarks.comparators.plain_drops import read_drops
from benchmarks.comparators.plain_register import Register, build_register
from benchmarks.comparators.plain_route import sector_points
from benchmarks.digests import TableDigest, differences, month_digests
from benchmarks.growth import growth_exponent
from benchmarks.page import page
from benchmarks.processes import DONE, FAILED, OUT_OF_MEMORY, TIMEOUT, Measured, Sample, run_measured
from benchmarks.results import (
    OURS,
    THEIRS,
    CaseResult,
    Comparison,
    Results,
    RunFigures,
    read_results,
    write_results,
)
from benchmarks.steps import StepFigures, read_fetches
from benchmarks.targets import TARGETS
from synthetic_uk import synthesise
from tests.support import fill

DAY = {"day": "2025-05-01", "revision": "abc", "load_before": 0.1}


def python(code: str, **limits: float) -> Measured:
    return run_measured([sys.executable, "-c", code], **limits)  # type: ignore[arg-type]


def test_a_process_is_measured_with_its_descendants() -> None:
    hold = "import time; held = bytearray(100 << 20); time.sleep(0.6)"
    child = f"import subprocess, sys; print('out'); subprocess.run([sys.executable, '-c', {hold!r}])"
    measured = python(child)
    assert measured.outcome == DONE
    assert measured.output == "out\n"
    assert 0.6 < measured.seconds < 20
    assert 100 < measured.peak_memory_mb < 300


def test_how_a_process_ends() -> None:
    assert python("raise SystemExit('no')").outcome == FAILED
    assert "no" in python("raise SystemExit('no')").said
    assert python("raise MemoryError").outcome == OUT_OF_MEMORY
    assert python("import time; time.sleep(30)", timeout_seconds=0.3).outcome == TIMEOUT
    greedy = python("import time; held = bytearray(200 << 20); time.sleep(30)", memory_cap_mb=100)
    assert greedy.outcome == OUT_OF_MEMORY


def test_what_was_started_ends_with_the_benchmark(tmp_path: Path) -> None:
    pid_file = str(tmp_path / "pid")
    child = f"import os, pathlib, time; pathlib.Path({pid_file!r}).write_text(str(os.getpid())); time.sleep(60)"
    start = f"run_measured([sys.executable, '-c', {child!r}])"
    code = f"import sys; from benchmarks.processes import run_measured; {start}"
    bench = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    bench.terminate()
    assert bench.wait(20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(int((tmp_path / "pid").read_text()), 0)
            time.sleep(0.05)


def test_cpu_and_memory_between_two_moments() -> None:
    samples = (Sample(10.0, 5, 1.0), Sample(11.0, 9, 1.5), Sample(12.0, 7, 3.0), Sample(13.0, 20, 3.5))
    measured = Measured(DONE, 3, 3.5, 20, samples, "", "")
    assert measured.between(11.0, 12.0) == (1.5, 9)
    assert measured.between(20.0, 21.0) == (None, None)


def test_growth_of_known_powers() -> None:
    assert growth_exponent({scale: 7 * scale**1.5 for scale in (0.01, 0.125, 1.0)}) == pytest.approx(1.5)
    assert growth_exponent({0.125: 4.0, 1.0: 4.0}) == pytest.approx(0)
    # In powers of 4 the points are (0, 0), (1, 1), (2, 2), (3, 1.5): by hand the slope is 2.75 / 5.
    assert growth_exponent({1.0: 1.0, 4.0: 4.0, 16.0: 16.0, 64.0: 8.0}) == pytest.approx(0.55)
    assert growth_exponent({1.0: 3.0}) is None
    with pytest.raises(ValueError, match="above 0"):
        growth_exponent({0.5: 0.0, 1.0: 1.0})


def test_digests_are_of_rows_not_of_their_order(warehouse: Warehouse) -> None:
    rows = [
        {"organisation_a": "a", "organisation_b": other, "weight": weight, "joint_projects": 1}
        for other, weight in (("b", 0.1), ("c", 0.3))
    ]

    def digests(rows: list[dict[str, object]]) -> dict[str, TableDigest]:
        fill(warehouse, "network.edges", rows)
        return month_digests(warehouse, Month(2025, 5))

    first = digests(rows)
    assert first["network.edges"].rows == 2
    assert differences(first, digests(rows[::-1])) == []
    last_digit = digests([rows[0], {**rows[1], "weight": 0.1 + 0.2}])
    assert differences(first, last_digit) == ["network.edges.weight"]
    assert differences(first, digests([rows[0], {**rows[1], "organisation_b": "d"}])) == ["network.edges"]
    swapped = digests([{**rows[0], "weight": 0.3}, {**rows[1], "weight": 0.1}])
    assert differences(first, swapped) == ["network.edges.weight"]


def result(seconds: float, memory_mb: float = 1000, outcome: str = DONE, weight: str = "a") -> CaseResult:
    digests = {"network.edges": TableDigest(2, "1f", {"weight": weight})}
    steps = [StepFigures("sources", "ingest", seconds / 2, 10, 1.0, 500.0)]
    return CaseResult([RunFigures(outcome, seconds, seconds, memory_mb)], DAY, 10, steps, digests)


def test_targets_are_held_against_full_size_alone() -> None:
    results = Results(
        cases={
            "refresh-dsit-v1": {0.125: result(40), 1.0: result(299)},
            "second-month-dsit-v1": {1.0: result(150)},
            "refresh-both": {0.125: result(60)},
            "memory-limit-3gb": {1.0: result(0, outcome=FAILED)},
        },
        plain={
            0.125: Comparison("r", [run(10)], [run(250)], "plain route", "", "", DAY),
            1.0: Comparison("r", [run(90)], [run(50, OUT_OF_MEMORY)], "plain route", "", "", DAY),
        },
    )
    found = {target.figure: target.find(results) for target in TARGETS}
    assert found["whole refresh, profile `dsit-v1`"].met is True
    assert found["second month, only the monthly sources changed, `dsit-v1`"].met is False
    assert found["whole refresh, both default profiles"].measured == "60.0 s at 1:8"
    assert found["whole refresh, both default profiles"].met is None
    assert found["the same with `memory_limit` 3GB"].met is False
    assert found["growth of time, `dsit-v1`: exponent"].measured == "0.97 from 1:8 to 1:1"
    assert found["against the plain route at 1:8"].measured == "25.0 times"
    assert found["against the plain route at 1:1"].met is True
    assert found["start-up: definitions load"].measured == "not measured"


def run(seconds: float, outcome: str = DONE) -> RunFigures:
    return RunFigures(outcome, seconds, seconds, 100)


def test_the_page_says_where_results_differ(tmp_path: Path) -> None:
    same = {"refresh-both": {1.0: result(8)}, "threads-1": {1.0: result(9)}}
    assert "are the same in every column, doubles to the last bit (2 rows)" in page(Results(cases=same), None)
    other = {**same, "threads-1": {1.0: result(9, weight="b")}}
    written = page(Results(cases=other), "## What did not help\n\nNothing yet.\n")
    assert "differ in `network.edges.weight`" in written
    assert written.endswith("## What did not help\n\nNothing yet.\n")


def test_the_page_says_how_far_the_plain_route_came() -> None:
    by_layer = {OURS: {"sources": 4.0, "spatial": 10.0}, THEIRS: {"sources": 2.0}}
    stopped = Comparison("r", [run(90)], [run(600, TIMEOUT)], "plain route", "", "", DAY, by_layer)
    written = page(Results(plain={1.0: stopped}), None)
    assert "| 1:1 | 1 | 90.0 | 100 | timeout after 600 | 100 |  |" in written
    assert "| 1:1 | sources | 4.0 | 2.0 | 0.5 |\n| 1:1 | spatial | 10.0 |  |  |" in written


def test_results_are_kept_and_read_again(tmp_path: Path) -> None:
    pair = Comparison("outlines", [run(1)], [run(2)], "shapely alone", "3 groups", "the same", DAY)
    results = Results({"cores": 2}, {"python": "3"}, {"threads-1": {0.125: result(9)}}, {1.0: pair}, {"o": {1.0: pair}})
    write_results(tmp_path / "figures.json", results)
    assert read_results(tmp_path / "figures.json") == results
    assert pair.ratio == 0.5
    assert replace(pair, theirs=[run(2, FAILED)]).ratio is None


def test_the_command_measures_keeps_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A whole refresh takes too long here; taking the drops in is one of its steps and goes the same way.
    monkeypatch.setattr(campaign, "LAYERS", "sources,reference")
    out, figures, work = tmp_path / "docs" / "performance.md", tmp_path / "performance.json", tmp_path / "work"
    out.parent.mkdir()
    (out.parent / "performance-notes.md").write_text("## What did not help\n", encoding="utf-8")

    def bench(*arguments: str) -> None:
        places = ["--work", str(work), "--figures", str(figures), "--out", str(out)]
        called = CliRunner().invoke(app, ["--scale", "0.001", *arguments, *places])
        assert called.exit_code == 0, called.output

    bench("--steps", "refresh-dsit-v1")
    bench("--steps", "rows-alone,publications-uk")
    bench("--steps", "none", "--against", "plain")
    kept = json.loads(figures.read_text())
    assert set(kept["cases"]) == {"refresh-dsit-v1", "rows-alone", "publications-uk"}
    refreshed = kept["cases"]["refresh-dsit-v1"]["0.001"]
    assert refreshed["runs"][0]["outcome"] == DONE
    assert refreshed["runs"][0]["peak_memory_mb"] > 50
    assert [step["step"] for step in refreshed["steps"]] == ["ingest", "provenance"]
    assert refreshed["rows"] == refreshed["steps"][0]["rows"] > 1000
    assert kept["cases"]["rows-alone"]["0.001"]["rows"] == refreshed["rows"]
    assert kept["cases"]["publications-uk"]["0.001"]["rows"] > 100_000
    beside = kept["plain"]["0.001"]
    assert {run["outcome"] for run in (*beside["ours"], *beside["theirs"])} == {DONE}
    assert list(beside["by_layer"][OURS]) == ["sources"]
    assert set(beside["by_layer"][THEIRS]) == {"sources", "organisations", "spatial", "network", "typology"}
    written = out.read_text()
    assert "| whole refresh, profile `dsit-v1` | 5 minutes | " in written
    assert written.endswith("## What did not help\n")
    assert str(tmp_path) not in written + json.dumps(kept)


def test_an_open_month_is_three_cases_in_order() -> None:
    assert [case.name for case in find_cases("open")] == ["open-fetch", "open-read", "open-typology"]
    said = "postcodes: x/postcodes/2025-04-01 fetched in 0.5 s: 1 file, 6.3 MB\nukri: x is there already\n"
    assert read_fetches(said) == [StepFigures("fetch", "postcodes", 0.5, 0)]


def test_an_open_month_is_fetched_from_publishers_of_its_own_and_read(tmp_path: Path) -> None:
    places = ["--work", str(tmp_path / "work"), "--figures", str(tmp_path / "figures.json")]
    asked = ["--scale", "0.001", "--steps", "open-read", "--out", str(tmp_path / "page.md"), *places]
    called = CliRunner().invoke(app, asked)
    assert called.exit_code == 0, called.output
    kept = json.loads((tmp_path / "figures.json").read_text())["cases"]
    fetched = [step["step"] for step in kept["open-fetch"]["0.001"]["steps"]]
    assert {"postcodes", "companies_house", "business_counts", "accounts", "ukri"} <= {*fetched}
    assert [step["step"] for step in kept["open-read"]["0.001"]["steps"]] == ["ingest", "provenance"]
    assert kept["open-read"]["0.001"]["rows"] > 1000
    assert "open month: read | 6 minutes | " in (tmp_path / "page.md").read_text()


def test_unknown_cases_are_refused(tmp_path: Path) -> None:
    called = CliRunner().invoke(app, ["--steps", "refresh-everything", "--work", str(tmp_path / "work")])
    assert called.exit_code == 1
    assert not (tmp_path / "work").exists()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Register]:
    """One month from the same drops: ours as far as the points, and the plain route's register."""
    folder = tmp_path_factory.mktemp("both")
    synthesise(folder / "sources", [FIRST], 0.005, 1)
    warehouse = Warehouse(folder / "warehouse.duckdb")
    warehouse.create()
    for step in (ingest_step(str(folder / "sources")), *ORGANISATIONS, SPATIAL[0]):
        run_step(step, warehouse, FIRST, [MethodProfile(name="test")])
    return warehouse, build_register(read_drops(folder / "sources", FIRST), FIRST)


def test_the_plain_route_apportions_the_same(both: tuple[Warehouse, Register]) -> None:
    warehouse, register = both
    ours = warehouse.read(
        "select site_id, (employees * 100)::bigint as employees, (turnover_gbp * 100)::bigint as turnover, "
        "(iuk_funding_gbp * 100)::bigint as iuk_funding, (ukri_funding_gbp * 100)::bigint as ukri_funding, "
        "(publications * 100)::bigint as publications, (publications_fractional * 10000)::bigint as fractional "
        "from organisations.apportioned_sites order by site_id"
    )
    assert ours["ukri_funding"].sum() > 0
    assert ours.equals(register.apportioned.sort("site_id").cast(ours.schema))


def test_the_plain_route_has_the_same_points(both: tuple[Warehouse, Register]) -> None:
    warehouse, register = both
    columns = ["scheme", "sector", "organisation_id", "site_id", "grid", "easting", "northing", "is_firm"]
    ours = warehouse.read(f"select {', '.join(columns)} from spatial.points where scheme <> 'all'").sort(columns)
    assert ours["scheme"].unique().sort().to_list() == ["rdi", "rtic", "sic"]
    assert ours.equals(sector_points(register).select(columns).sort(columns).cast(ours.schema))
