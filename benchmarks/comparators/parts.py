"""Each step beside the fastest library known for it, on the same arrays, in turn.

    python -m benchmarks.comparators.parts --list
    python -m benchmarks.comparators.parts --part outlines --warehouse FILE --sources FOLDER --month 2025-04 [--runs 3]

One part a process, so that the memory of one is no other's. Prints one line of JSON: for `--list` the names of the
parts whose libraries are installed, else the seconds of each run. Ours may use every core, as theirs may.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assets.method import find_profiles
from assets.months import Month
from assets.warehouse.database import Warehouse
from benchmarks.comparators import parts_arrays, parts_tables
from benchmarks.comparators.parts_common import Inputs
from pipelines.profiles import PROFILES_FOLDER

PARTS = {part.name: part for part in (*parts_arrays.PARTS, *parts_tables.PARTS)}
PROFILE = "dsit-v1"


def main() -> None:
    """List the parts, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--part", choices=list(PARTS))
    parser.add_argument("--warehouse", type=Path)
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--month", type=Month.parse)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if given.list:
        print(json.dumps([name for name, part in PARTS.items() if all(map(importlib.util.find_spec, part.needs))]))
        return
    part = PARTS[given.part]
    method = find_profiles([PROFILE], PROFILES_FOLDER)[0]
    with tempfile.TemporaryDirectory() as scratch:
        pair = part.build(Inputs(Warehouse(given.warehouse), given.sources, given.month, method, Path(scratch)))
        # What is compiled on first use is not what is compared.
        result, other = pair.ours(), pair.theirs()
        agreement = pair.agreement(result, other)
        del result, other
        ours, theirs = [], []
        for _ in range(given.runs):
            ours.append(_measure(pair.ours))
            theirs.append(_measure(pair.theirs))
    print(
        json.dumps(
            {
                "step": part.step,
                "theirs_name": part.theirs,
                "work": pair.work,
                "agreement": agreement,
                "ours": ours,
                "theirs": theirs,
            }
        )
    )


def _measure(run: Callable[[], Any]) -> dict[str, float]:
    gc.collect()
    started, cpu = time.perf_counter(), time.process_time()
    run()
    return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}


if __name__ == "__main__":
    main()
