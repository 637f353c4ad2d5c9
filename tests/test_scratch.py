"""Folders of processes that live, and of those that are gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from assets.scratch import ALIVE, delete_dead, folders_left, scratch_folder

PREFIX = "step-"
HOLD = """
import sys
from pathlib import Path
from assets.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), "step-") as folder:
    (folder / "texts").write_text("a text")
    print(folder, flush=True)
    sys.stdin.read()
"""


def holding(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process with a folder, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_with_its_process_and_no_sooner(tmp_path: Path):
    process, folder = holding(tmp_path)
    delete_dead(tmp_path, PREFIX)
    assert (folder / "texts").read_text() == "a text"
    assert folders_left(tmp_path, PREFIX) == []
    process.kill()
    process.wait()
    assert folders_left(tmp_path, PREFIX) == [folder]
    delete_dead(tmp_path, PREFIX)
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_its_own_process_uses_stays(tmp_path: Path):
    with scratch_folder(tmp_path, PREFIX) as folder:
        delete_dead(tmp_path, PREFIX)
        assert (folder / ALIVE).exists()
    assert [*tmp_path.iterdir()] == []


def test_a_folder_goes_after_an_error(tmp_path: Path):
    try:
        with scratch_folder(tmp_path, PREFIX) as folder:
            (folder / "texts").write_text("a text")
            raise KeyError
    except KeyError:
        assert [*tmp_path.iterdir()] == []


def test_what_merely_has_a_like_name_stays(tmp_path: Path):
    """A person's folder, one of an earlier version, a file, a link."""
    for name in ("step-analysis", "step-by-step"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("mine")
    (tmp_path / "step-12345678").write_text("mine")
    (tmp_path / "step-a_linked").symlink_to(tmp_path / "step-analysis")
    (tmp_path / "step-nothing1").mkdir()  # of a process that was killed before it could show that it lived
    delete_dead(tmp_path, PREFIX)
    kept = {entry.name for entry in tmp_path.iterdir()}
    assert kept == {"step-analysis", "step-by-step", "step-12345678", "step-a_linked"}
    assert folders_left(tmp_path, PREFIX) == [tmp_path / "step-analysis"]
