"""The machine and the versions that figures were measured with; nothing that tells whose machine it is."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "dagster",
    "duckdb",
    "polars",
    "pyarrow",
    "numpy",
    "numba",
    "scipy",
    "shapely",
    "fast-hdbscan",
    "graspologic-native",
    "splink",
    "scikit-learn",
    "networkx",
    "dbscan",
)
"""Packages that do the work, and those they are compared with."""

ROOT = Path(__file__).parents[1]
"""The folder that holds the project's packages."""


def machine() -> dict[str, Any]:
    """Processor's model, cores this process may use, memory in GiB, operating system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "system": platform.system(),
    }


def versions() -> dict[str, str]:
    """Python's and the packages' versions; packages that are not installed are left out."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def circumstances() -> dict[str, Any]:
    """Of one measurement: the day, the revision of the project, how busy the machine was before it."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "revision": _revision(),
        "load_before": round(os.getloadavg()[0], 1),
    }


@functools.cache
def code_state() -> str:
    """All code that rows may depend on, and the packages' versions, in 64 hex digits: whether a warehouse is its."""
    digest = hashlib.sha256(str(sorted(versions().items())).encode())
    for package in ("assets", "sql"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = path.read_bytes()
                digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _revision() -> str | None:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
