"""The command line, as a person calls it in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))


def usual_environment() -> dict[str, str]:
    """The environment with the settings' usual names, whatever it says."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call it with the settings' usual names, whatever the environment says."""
    return subprocess.run(
        [PROGRAM, *words], cwd=folder, env=usual_environment(), capture_output=True, text=True, check=False
    )


def with_home(folder: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call it with its history of runs in another folder."""
    environment = {**usual_environment(), "DAGSTER_HOME": str(home)}
    return subprocess.run([PROGRAM, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
