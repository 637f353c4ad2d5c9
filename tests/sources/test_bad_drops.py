"""Kinds of bad drop: each gives one clear error, and leaves the warehouse as it was."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.sources.problems import DropsRefusedError
from assets.sources.values.sic_codes import EXPECTED
from assets.warehouse.database import Warehouse
from tests.sources.conftest import Place
from tests.sources.support import ENTERPRISES_CSV, LOCAL_UNITS_CSV, content, ingest, put, put_register

ENTERPRISES, SITES, LIST = "idbr_enterprises/2025-05.csv", "idbr_local_units/2025-05.csv", "innovate_uk/2025-05.xlsx"
AGAIN = "Fetch or export the file again, whole, and put it in this one's place."


def share(rows: int) -> str:
    """What a refusal for a bad row ends with, where the drop has so many rows."""
    return (
        f"Correct the file or have it sent again (1 of {rows} rows are refused, more than the 1.00% that "
        "max_rejected_share allows)."
    )


def cut_short(sources: Path) -> None:
    (sources / ENTERPRISES).unlink()
    put(sources, f"{ENTERPRISES}.gz", gzip.compress(ENTERPRISES_CSV.encode())[:-10])


def spoiled_and_packed(sources: Path) -> bytes:
    (sources / SITES).unlink()
    return gzip.compress(LOCAL_UNITS_CSV.replace("L3,9002,01110,,", "L3,9002,01110").encode())


BAD_DROPS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing column": (
        lambda sources: put(
            sources, ENTERPRISES, ENTERPRISES_CSV.replace("sic2007", "activity").replace("crn,", "number,")
        ),
        f"{ENTERPRISES}, row 1, column crn, sic2007: the header has no such column (it has: entref, number, name, "
        "activity, employees, turnover_thousands, legal_status); expected a column for each of crn, sic2007. Add the "
        "column, or give it the name that is expected.",
    ),
    "wrong type": (
        lambda sources: put(sources, ENTERPRISES, ENTERPRISES_CSV.replace("300", "three hundred")),
        f"{ENTERPRISES}, row 4, column employees: the value is 'three hundred'; expected a whole number, 0 or more. "
        f"{share(3)}",
    ),
    "bad encoding": (
        lambda sources: put(sources, ENTERPRISES, ENTERPRISES_CSV.replace("Beta", "Bêta").encode("cp1252")),
        f"{ENTERPRISES}, row 3: byte 119 is 0xea, which is not UTF-8; expected text in UTF-8. Save the file as UTF-8 "
        "and put it in this one's place.",
    ),
    "truncated gzip": (
        cut_short,
        f"{ENTERPRISES}.gz: the gzip is cut short or damaged after 0 unpacked bytes (Compressed file ended before the "
        f"end-of-stream marker was reached); expected a whole gzip file. {AGAIN}",
    ),
    "empty file": (
        lambda sources: put(sources, ENTERPRISES, ""),
        f"{ENTERPRISES}: the file is empty (0 bytes); expected a file with data. {AGAIN}",
    ),
    "duplicate key": (
        lambda sources: put(sources, ENTERPRISES, ENTERPRISES_CSV + "9001,,Again,62012,1,1,\n"),
        f"{ENTERPRISES}, row 5, column entref: '9001' stands in row 2 already; expected every entref once. Keep the "
        "row that is right and take out the other.",
    ),
    "unknown SIC code": (
        lambda sources: put(sources, SITES, LOCAL_UNITS_CSV.replace("62020", "62999")),
        f"{SITES}, row 3, column sic2007: the value is '62999'; expected {EXPECTED}. {share(4)}",
    ),
    "negative employees": (
        lambda sources: put(sources, SITES, LOCAL_UNITS_CSV.replace(",10\n", ",-10\n")),
        f"{SITES}, row 2, column employees: the value is '-10'; expected a whole number, 0 or more. {share(4)}",
    ),
    "site of an unknown enterprise": (
        lambda sources: put(sources, SITES, LOCAL_UNITS_CSV.replace("9003", "9999")),
        f"{SITES}, row 5, column entref: the value is '9999'; expected the entref of an enterprise in the month's "
        f"idbr_enterprises. {share(4)}",
    ),
    "future date": (
        lambda sources: put(sources, "idbr_enterprises/2052-05.csv", ENTERPRISES_CSV),
        "idbr_enterprises/2052-05.csv: the drop is as of 2052-05-01, which is to come; expected a date not after "
        "today, 2025-06-10. Rename it to the date its data are as of, or move it out of the sources.",
    ),
    "two drops of one date": (
        lambda sources: put(sources, "idbr_enterprises/2025-05-01.csv", ENTERPRISES_CSV),
        f"idbr_enterprises/2025-05-01.csv: {ENTERPRISES} is of the same dataset and date (2025-05-01); expected one "
        "drop of a dataset for each date. Keep the one that is right and move the other out of the sources.",
    ),
    "short row": (
        lambda sources: put(sources, f"{SITES}.gz", spoiled_and_packed(sources)),
        f"{SITES}.gz, row 4: the row has 3 values and the header 5; expected as many values as the header. See whether "
        "a value is missing there, or a line break stands in one without quotes around it.",
    ),
}


@pytest.mark.parametrize("kind", BAD_DROPS)
def test_a_bad_drop_gives_one_clear_error_and_changes_nothing(april: Place, kind: str) -> None:
    put_register(april.sources)
    spoil, message = BAD_DROPS[kind]
    spoil(april.sources)
    before = content(april.warehouse)
    assert before["sources.idbr_enterprises"]
    with pytest.raises(DropsRefusedError) as error:
        ingest(april.warehouse, april.sources)
    assert str(error.value).splitlines() == ["nothing was written, 1 drop is refused:", f"  {message}"]
    assert content(april.warehouse) == before


def test_all_bad_drops_are_told_at_once(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    for kind in ("empty file", "unknown SIC code"):
        BAD_DROPS[kind][0](tmp_path / "sources")
    put(tmp_path / "sources", LIST, "no workbook")
    put(tmp_path / "sources", "ukri/2052-01.csv", "x")
    with pytest.raises(DropsRefusedError) as error:
        ingest(warehouse, tmp_path / "sources")
    lines = str(error.value).splitlines()
    assert lines[0] == "nothing was written, 4 drops are refused:"
    assert [line.split("/")[0].strip() for line in lines[1:]] == [
        "ukri",
        "idbr_enterprises",
        "idbr_local_units",
        "innovate_uk",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a,b\n\nentref,crn,name,sic2007,employees,turnover_thousands,legal_status\n",
            "there are no rows of data",
        ),
        (ENTERPRISES_CSV.splitlines()[0] + "\n", "there are no rows of data"),
        (ENTERPRISES_CSV.replace("Alpha Ltd", "Alpha, Ltd"), r"row 2: the row has 8 values and the header 7"),
        ("\n1,2\n", "row 1: the first row is empty"),
    ],
)
def test_other_faults_of_a_csv(warehouse: Warehouse, tmp_path: Path, text: str, message: str) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "idbr_enterprises/2025-05.csv", text)
    with pytest.raises(DropsRefusedError, match=message):
        ingest(warehouse, tmp_path / "sources")
