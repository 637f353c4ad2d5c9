"""tau-ARGUS as a second opinion: its audit of what was released, over all months as one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
from tests.publication.countries import publish_all
from tests.publication.outsider import BASES, SHARE, SLACK, Release, System, released
from tests.publication.register import fill_register, publish
from tests.publication.test_disclosure_history import AMOUNTS, NEXT, with_one_giant
from tests.support import MONTH

tau_argus = pytest.importorskip("pytauargus._tauargus", reason="pytauargus has no wheel for this machine")


def audited(system: System, file: Path) -> dict[int, dict[str, object]]:
    """tau-ARGUS's audit by figure. A given figure is one that is anywhere in its rounding interval."""
    sensitive = {column: truth for _, column, truth in system.sensitive()}
    most = 100 * (1 + sum(system.value))
    cells = []
    for column, (value, low, high) in enumerate(zip(system.value, system.low, system.high, strict=True)):
        status = "u" if column in sensitive else "m"
        room = SHARE * value * (1 - SLACK) if column in sensitive else 0.0
        cells.append(f"{column} {value!r} 1 {status} {low!r} {min(high, most)!r} {room!r} {room!r} 0")
    rows = []
    for total, parts in system.sums:
        signs = {total: -1}
        for part in parts:
            signs[part] = signs.get(part, 0) + 1
        # A total of one cluster that is the same figure binds nothing.
        signs = {column: sign for column, sign in signs.items() if sign}
        if signs:
            rows.append(f"0 {len(signs)} : " + " ".join(f"{column} ({sign})" for column, sign in signs.items()))
    file.write_text("\n".join(["0", str(len(cells)), *cells, str(len(rows)), *rows]) + "\n", encoding="ascii")
    return {row["cell"]: row for row in tau_argus.audit_jj(str(file))}


@pytest.fixture
def releases(warehouse: Warehouse) -> list[Release]:
    return publish_all(warehouse, seed=1, months=3, clusters=8)


def unsafe(system: System, file: Path) -> list[int]:
    """Sensitive figures that its audit finds too close; the truth is always within what it finds."""
    rows = [row for row in audited(system, file).values() if row["status"] == "u"]
    assert len(rows) == len(list(system.sensitive()))
    for row in rows:
        assert row["min"] <= row["value"] <= row["max"]
    return [row["cell"] for row in rows if row["unsafe"]]


@pytest.mark.parametrize("measure", BASES)
def test_its_audit_passes(releases: list[Release], tmp_path: Path, measure: str) -> None:
    system = System(releases, measure)
    assert list(system.sensitive()) or measure == "employees"
    assert unsafe(system, tmp_path / "months.jj") == []


def test_its_audit_fails_where_what_covers_is_given(warehouse: Warehouse, tmp_path: Path) -> None:
    fill_register(warehouse, [*with_one_giant(MONTH), *with_one_giant(NEXT, without=("b",))], AMOUNTS)
    releases = []
    for month in (MONTH, NEXT):
        publish(warehouse, month=month)
        releases.append(released(warehouse, month))
    assert unsafe(System(releases, "employees"), tmp_path / "safe.jj") == []
    for row in releases[-1].clusters:
        row["employees"], row["employees_status"] = 6000 if row["cluster_id"] != "d" else 4800, ""
    system = System(releases, "employees")
    assert system.column["2025-05", "dsit-v1", "b"] in unsafe(system, tmp_path / "given.jj")
