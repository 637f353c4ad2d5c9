"""How `innovation-clusters ui` ends, and what has ended with it: its daemon, the servers of its code, its runs."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from pipelines.live_runs import WHAT_HAPPENED
from tests.campaign.reboot import kill_all, said_of
from tests.campaign.running_ui import processes_of, start_ui, until
from tests.campaign.small_month import SmallMonth
from tests.campaign.ui_kills import Watched
from tests.pipelines.few_drops import few_drops
from tests.support import copy_home

MONTH = Month(2025, 4)
TAKEN_IN = ("sources", "reference")
SECONDS_TO_END = 60


@pytest.fixture
def month(empty_file: Path, empty_home: Path, tmp_path: Path) -> SmallMonth:
    few_drops(tmp_path / "sources", [MONTH])
    shutil.copy(empty_file, tmp_path / "warehouse.duckdb")
    copy_home(empty_home, tmp_path / "dagster_home")
    return SmallMonth(tmp_path)


def test_after_a_reboot_and_after_kills_and_signals(month: SmallMonth):
    watched = Watched(month, start_ui(month.folder))
    killed = watched.ui.launch(str(MONTH), TAKEN_IN)
    watched.making(killed)
    kill_all(watched.ui)

    # The machine comes up, and the UI is started alone.
    watched.ui = start_ui(month.folder)
    assert watched.end_of(killed).status == dg.DagsterRunStatus.FAILURE
    assert WHAT_HAPPENED in said_of(month.home, killed)
    assert watched.end_of(watched.ui.execute_again(killed)).status == dg.DagsterRunStatus.SUCCESS

    # Its web server is killed: the daemon does not live on.
    daemon = watched.ui.daemon()
    watched.ui.process.kill()
    until(lambda: daemon not in processes_of(month.home), "the daemon ends", SECONDS_TO_END)
    kill_all(watched.ui)

    # It is told to end while a run goes on.
    watched.ui = start_ui(month.folder)
    told = watched.ui.launch(str(MONTH), TAKEN_IN)
    watched.making(told)
    watched.ui.process.send_signal(signal.SIGTERM)
    assert watched.ui.process.wait(SECONDS_TO_END) == os.EX_OK
    assert month.processes_that_stay() == []
    assert month.left() == []
    assert watched.end_of(told).is_finished
