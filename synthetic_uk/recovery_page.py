"""Countries one after the other, and the page of what was recovered in them: `docs/recovery.md`.

    python -m synthetic_uk.recovery_page --scale 0.05 --seeds 11 12 13 14 15 --out docs/recovery.md

What belongs here: words and tables. What does not: measuring (`recovery`).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from time import monotonic

import numpy as np

from assets.manners import begin, file_to_write, share_given, whole_given
from synthetic_uk.recovery import MONTH, PROFILES, Country, Recovery, recover


def report(countries: Sequence[Country], scale: float, seconds: float) -> str:
    """The page: every seed and profile, and the sums the targets are about."""
    names = [field.name for field in fields(Recovery)]
    lines = [
        "# Recovery of planted clusters",
        "",
        "<!-- written by `make recovery` -->",
        READING,
        "",
        f"A synthetic United Kingdom at 1:{round(1 / scale)}, month {MONTH}, {len(countries)} seeds, {seconds:.0f} s.",
        "",
        "| seed | profile | " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|---" * (len(names) + 2) + "|",
    ]
    for country in countries:
        for profile, recovery in country.by_profile.items():
            values = (f"{value:.3f}" if isinstance(value, float) else str(value) for value in asdict(recovery).values())
            lines.append(f"| {country.seed} | `{profile}` | " + " | ".join(values) + " |")
    lines += [
        "",
        "Over all seeds:",
        "",
        "| figure | target | " + " | ".join(f"`{name}`" for name in PROFILES) + " |",
        "|---" * (2 + len(PROFILES)) + "|",
    ]
    for title, target, figure in SUMMARY:
        values = (figure([country.by_profile[profile] for country in countries]) for profile in PROFILES)
        lines.append(f"| {title} | {target} | " + " | ".join(values) + " |")
    return "\n".join([*lines, "", *_beside(countries)]) + "\n"


def _beside(countries: Sequence[Country]) -> list[str]:
    """Groups of profile `evidence` and of the circular scan, seed by seed."""
    lines = [
        "## Beside a circular scan",
        "",
        BESIDE,
        "",
        "| seed | ari, ours | circular | ari sectors, ours | circular | detectable | found, ours | circular "
        "| groups, ours | circular |",
        "|---" * 10 + "|",
    ]
    for country in countries:
        ours, circular = country.by_profile["evidence"], country.circular
        lines.append(
            f"| {country.seed} | {ours.ari:.3f} | {circular.ari:.3f} | {ours.ari_sectors:.3f} "
            f"| {circular.ari_sectors:.3f} | {ours.detectable} | {ours.detectable_found} "
            f"| {circular.detectable_found} | {ours.groups} | {circular.groups} |"
        )
    return lines


def _ratio(part: str, whole: str) -> Callable[[list[Recovery]], str]:
    def figure(results: list[Recovery]) -> str:
        above, below = (sum(getattr(result, name) for result in results) for name in (part, whole))
        return f"{above} of {below} ({above / below:.1%})" if below else "none"

    return figure


READING = """\
How much of what was planted in a synthetic country comes out again. Groups of 15 to 300 firms within 0.7 to 12 km are
planted on a background as uneven as real business, communities of 15 to 120 organisations in a network with hubs
(`synthetic_uk`). `ari` compares every point of every run: planted members by group, all else as noise;
`ari sectors` leaves out the run of all RD&I-active organisations. A planted group is *detectable* where its own score,
that of the window of its own points, is above the critical value of its sector's scan; it is *found* where a group of
its run has a Jaccard index of 0.5 or more with it. Communities *beside* are those of which no planted group holds half.
The country's firms share addresses as on a real register ([the synthetic country](synthetic-country.md)); no planted
group has more than about a fifth of its firms at one postcode. The settings of the country and the parameters of the
method were chosen on other seeds than these, but for two: `min_relative_density` was added after seed 14 and raised
after seed 12 showed the want of it, and was chosen on seeds 21 to 26."""

BESIDE = """\
The same points, run by run, with the plainest published scan (Kulldorff 1997; [the scan on worlds over real
postcodes](scan-recovery.md) says how it is run): cases as centres, radii up to 15 km, no overlap, 5% of the largest
score of 200 draws without groups. Its critical score is drawn at five numbers of cases on the first seed's country, and
taken between them by the logarithm. It knows no addresses: where an accountant has ten clients of one sector, it may
find a cluster."""

SUMMARY: tuple[tuple[str, str, Callable[[list[Recovery]], str]], ...] = (
    (
        "adjusted Rand index, planted members and noise: mean (least)",
        "0.85",
        lambda results: f"{np.mean([r.ari for r in results]):.3f} ({min(r.ari for r in results):.3f})",
    ),
    ("detectable groups found (Jaccard 0.5)", "98%", _ratio("detectable_found", "detectable")),
    ("types right of those", "90%", _ratio("types_right", "detectable_found")),
    ("planted communities found (Jaccard 0.5)", "90%", _ratio("communities_found", "communities_planted")),
    ("communities beside them", "10% at most", _ratio("communities_beside", "communities_planted")),
)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=share_given, default=0.05)
    parser.add_argument("--seeds", type=whole_given, nargs="+", default=[11, 12, 13, 14, 15])
    parser.add_argument("--out", type=file_to_write, required=True)
    given = parser.parse_args()
    started = monotonic()
    countries: list[Country] = []
    for seed in given.seeds:
        folder = Path(tempfile.mkdtemp(prefix=f"recovery-{seed}-"))
        countries.append(recover(given.scale, seed, folder, countries[0].critical if countries else None))
        shutil.rmtree(folder)
        print(countries[-1], flush=True)
        given.out.write_text(report(countries, given.scale, monotonic() - started), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
