"""Folders that may only be read: one sentence each, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.campaign.read_only_folders import CASES, Case, tried
from tests.campaign.small_month import FEWER, MONTH, PROFILE, SmallMonth
from tests.pipelines.few_drops import few_drops
from tests.small_disk import NEEDS, can_mount
from tests.support import copy_home

SOME = [case for case in CASES if case.locked == "dagster_home" or (case.locked == "held" and "refresh" in case.words)]


@pytest.mark.skipif(not can_mount(), reason=NEEDS)
@pytest.mark.parametrize("case", SOME, ids=lambda case: case.locked)
def test_a_folder_that_may_only_be_read(case: Case, empty_file: Path, empty_home: Path, tmp_path: Path) -> None:
    month = SmallMonth(tmp_path / "month")
    few_drops(month.folder / "sources", [MONTH])
    (month.folder / PROFILE).write_text(FEWER, encoding="utf-8")
    (month.folder / "held").mkdir()
    for place in (month.warehouse, month.folder / "held" / "warehouse.duckdb"):
        shutil.copy(empty_file, place)
    copy_home(empty_home, month.home)
    attempt = tried(month, case)
    assert attempt.held, attempt.seen
