"""`python -m tests.campaign [NAME ...]`: makes the attacks named, or all, and writes `docs/reliability.md`.

A row that is not made again stays as it was. Exit status 1 where an attempt did not hold.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from assets.manners import begin, existing_folder, file_to_write
from tests.campaign import (
    bad_inputs,
    changing_drop,
    clock,
    creation_kills,
    disclosure_history,
    fetch_kills,
    full_disk,
    hostile_files,
    memory,
    network_file_systems,
    open_kills,
    ordered_backfill,
    orders_of_months,
    publish_kills,
    read_only_folders,
    reboot,
    remakes,
    run_kills,
    sigterm,
    six_tabs,
    two_refreshes,
    upgrade_kills,
    ways_out_of_query,
    web_requests,
    wrong_files,
    years_drill,
)
from tests.campaign.attempt import Attack, Attempt

ATTACKS: tuple[Attack, ...] = (
    creation_kills.ATTACK,
    upgrade_kills.ATTACK,
    full_disk.ATTACK,
    wrong_files.ATTACK,
    hostile_files.ATTACK,
    bad_inputs.ATTACK,
    changing_drop.ATTACK,
    read_only_folders.ATTACK,
    network_file_systems.ATTACK,
    two_refreshes.ATTACK,
    six_tabs.ATTACK,
    clock.ATTACK,
    memory.ATTACK,
    disclosure_history.ATTACK,
    orders_of_months.ATTACK,
    ways_out_of_query.ATTACK,
    web_requests.ATTACK,
    fetch_kills.ATTACK,
    open_kills.ATTACK,
    run_kills.ATTACK,
    publish_kills.ATTACK,
    reboot.ATTACK,
    sigterm.ATTACK,
    ordered_backfill.ATTACK,
    remakes.ATTACK,
    years_drill.ATTACK,
)

PAGE = Path("docs/reliability.md")
BEGIN, END = "<!-- table of the campaign, written by `make campaign` -->", "<!-- end of the table -->"
COLUMNS = ("attack", "what is tried, and what counts as held", "tried", "held", "minutes", "revision", "day")


def main() -> int:
    """Make the attacks and write their rows."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("names", nargs="*", help="attacks to make; all where none is named")
    parser.add_argument("--out", type=file_to_write, default=PAGE, help="page whose table is written")
    parser.add_argument(
        "--work", type=existing_folder, help="folder for what the attacks make; a temporary one where not given"
    )
    given = parser.parse_args()
    known = {attack.name: attack for attack in ATTACKS}
    unknown = [name for name in given.names if name not in known]
    if unknown:
        parser.error(f"there is no attack {', '.join(unknown)}; there are {', '.join(known)}")
    all_held = True
    for attack in [known[name] for name in given.names] or ATTACKS:
        row, held = _made(attack, given.work)
        _write(given.out, {attack.name: row})
        all_held = all_held and held
    return 0 if all_held else 1


def _made(attack: Attack, work: Path | None) -> tuple[str, bool]:
    """The attack's row of the table, and whether all of it held."""
    print(f"{attack.name}: {attack.tries}", flush=True)
    started, attempts = time.monotonic(), list[Attempt]()
    with tempfile.TemporaryDirectory(prefix="campaign-", dir=work) as folder:
        for attempt in attack.attempts(Path(folder)):
            attempts.append(attempt)
            print(f"  {'held' if attempt.held else 'BROKEN'}  {attempt.what}: {attempt.seen}", flush=True)
    held = sum(attempt.held for attempt in attempts)
    minutes = (time.monotonic() - started) / 60
    print(f"{attack.name}: {held} of {len(attempts)} held, {minutes:.1f} minutes", flush=True)
    cells = (attack.name, attack.tries, len(attempts), held, f"{minutes:.1f}", _revision(), date.today())
    return _row(cells), held == len(attempts) > 0


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _revision() -> str:
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def _write(page: Path, rows: dict[str, str]) -> None:
    """Put the rows into the page's table, in the order of ATTACKS."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    earlier = {match[1]: match[0] for match in re.finditer(r"^\| ([a-z-]+) \|.*$", table, re.MULTILINE)}
    merged = {**earlier, **rows}
    lines = [_row(COLUMNS), _row(["---"] * len(COLUMNS))]
    lines += [merged[attack.name] for attack in ATTACKS if attack.name in merged]
    page.write_text("\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
