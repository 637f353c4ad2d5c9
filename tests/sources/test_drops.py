"""Which drop a month uses, and what is wrong with names."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import fsspec
import pytest

from assets.months import Month
from assets.sources.delivery.drops import Listing, list_drops, select_drops
from assets.sources.delivery.storage import SourcesAddressError, Storage
from tests.sources.support import TODAY, put

KNOWN = ("postcodes", "idbr_enterprises")


def listed(sources: Path, *paths: str) -> Listing:
    for path in paths:
        put(sources, path, "a\n1\n")
    return list_drops(Storage(str(sources)), KNOWN, ["truth"], TODAY)


def test_the_newest_drop_not_after_the_months_last_day_is_used(tmp_path: Path) -> None:
    listing = listed(
        tmp_path,
        "postcodes/2025-02.csv",
        "postcodes/2025-05-31.csv",
        "postcodes/2025-05-02.zip",
        "postcodes/2025-06-01.csv",
        "idbr_enterprises/2024-09/part-1.csv",
    )
    chosen = {
        month: select_drops(listing, Month.parse(month)) for month in ("2024-08", "2025-01", "2025-04", "2025-05")
    }
    assert chosen["2024-08"] == {}
    assert {name: drop.path for name, drop in chosen["2025-01"].items()} == {
        "idbr_enterprises": "idbr_enterprises/2024-09"
    }
    assert chosen["2025-04"]["postcodes"].path == "postcodes/2025-02.csv"
    assert chosen["2025-05"]["postcodes"].path == "postcodes/2025-05-31.csv"
    assert chosen["2025-05"]["idbr_enterprises"].is_folder
    assert listing.problems == () and listing.warnings == ()


def test_a_name_without_a_day_is_as_of_the_first_of_its_month(tmp_path: Path) -> None:
    (drop,) = listed(tmp_path, "postcodes/2025-05.csv").drops
    assert drop.as_of == date(2025, 5, 1)


@pytest.mark.parametrize(
    ("paths", "file", "found"),
    [
        (["postcodes/2025-05.csv", "postcodes/2025-05.zip"], "postcodes/2025-05.csv", "of the same dataset and date"),
        (
            ["postcodes/2025-05.csv", "postcodes/2025-05-01/a.csv"],
            "postcodes/2025-05-01",
            "of the same dataset and date",
        ),
        (["postcodes/2025-07.csv"], "postcodes/2025-07.csv", "as of 2025-07-01, which is to come"),
        (["postcodes/May 2025.csv"], "postcodes/May 2025.csv", "the name is not a date"),
        (["postcodes/2025-5.csv"], "postcodes/2025-5.csv", "the name is not a date"),
        (["postcodes/2025-02-30.csv"], "postcodes/2025-02-30.csv", "no day of the calendar"),
        (["postcodes/2025-05"], "postcodes/2025-05", "the name is not a date"),
        (["postcodes/2025-05.docm"], "postcodes/2025-05.docm", "the extension .docm is not known"),
    ],
)
def test_a_name_that_cannot_be_used_is_a_problem_with_a_remedy(
    tmp_path: Path, paths: list[str], file: str, found: str
) -> None:
    (problem,) = listed(tmp_path, *paths).problems
    assert problem.file == file
    assert found in problem.found
    assert "out of the sources" in problem.remedy


def test_a_drop_of_today_is_not_to_come(tmp_path: Path) -> None:
    assert listed(tmp_path, f"postcodes/{TODAY}.csv").problems == ()


def test_notes_are_passed_over_and_unknown_folders_are_warned_of(tmp_path: Path) -> None:
    listing = listed(
        tmp_path,
        "postcodes/PROVENANCE.txt",
        "postcodes/.2025-05.csv.part",
        "README.md",
        "postcode/2025-05.csv",
        "loose.csv",
        "truth/2025-05.csv",
    )
    assert listing.drops == () and listing.problems == ()
    assert listing.warnings == (
        "loose.csv lies outside the datasets' folders and is not read",
        "postcode/ is not a dataset known here and is not read: is postcodes meant?",
    )


def test_an_object_store_is_listed_like_a_folder() -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/bucket/in/postcodes/2025-05/a.csv", b"x")
    store.pipe("/bucket/in/postcodes/2025-04.csv", b"x")
    storage = Storage("memory://bucket/in")
    assert [drop.path for drop in list_drops(storage, KNOWN, [], TODAY).drops] == [
        "postcodes/2025-04.csv",
        "postcodes/2025-05",
    ]
    assert storage.files_under("postcodes/2025-05") == ["postcodes/2025-05/a.csv"]
    store.rm("/bucket", recursive=True)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("no/such/folder", "there is no such folder: make it"),
        ("gopher://host/x", "expected a local folder or an address with s3://"),
    ],
)
def test_an_address_that_cannot_be_read_says_what_to_do(address: str, message: str) -> None:
    with pytest.raises(SourcesAddressError, match=message):
        Storage(address)


@pytest.mark.skipif(importlib.util.find_spec("s3fs") is not None, reason="s3fs is installed")
def test_a_protocol_whose_package_is_absent_is_named() -> None:
    with pytest.raises(SourcesAddressError, match=r"s3fs.*install it beside this project"):
        Storage("s3://bucket/in")
