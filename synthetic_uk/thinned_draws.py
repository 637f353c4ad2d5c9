"""What thinner draws tell beside whole ones: the measure behind `docs/thinned-draws.md`.

What belongs here: a month's stability with the profile's bounds in proportion to the country and without them, the
figures of both side by side, the page. What does not: stability (`assets.methods.trust`).

    python -m synthetic_uk.thinned_draws --out docs/thinned-draws.md

At full size a sector of more than some 120 thousand points has fewer organisations drawn, and nearly all a part of
business at large. With the bounds in proportion to a smaller country its sectors are thinned as they would be there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from assets.manners import begin, file_to_write, share_given, whole_given
from assets.method import MethodProfile, find_profiles
from assets.trust.steps import STEPS
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.profiles import PROFILES_FOLDER
from pipelines.runs import run_month
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.recovery import LAYERS, MONTH

PROFILES = ("dsit-v1", "evidence")

ORGANISATIONS = ("stability_max_points", "stability_all_points")
"""Bounds of how many organisations are drawn, and how often."""
SITES = ("stability_least_controls",)
"""Bound of how many business sites are drawn."""
UNBOUND = 10**12
WHOLE = dict.fromkeys((*ORGANISATIONS, *SITES), UNBOUND) | {"sweep_max_points": 1_000, "sweep_least_controls": 1_000}
"""All organisations of a bootstrap draw and all business sites; of other settings, which nobody reads here, little."""
OTHER_DRAWS = "other draws, as whole"
COMPARISONS = {
    OTHER_DRAWS: (),
    "fewer organisations": ORGANISATIONS,
    "fewer business sites": SITES,
    "both": (*ORGANISATIONS, *SITES),
}
"""Which bounds hold."""
THINNED_SHARE = 0.6
"""A cluster is thinned where its draws have a smaller share of the organisations than this: a bootstrap has 63%."""
STABILITY = """
    select cluster_id, drawn_share, mean_jaccard, word
    from trust.stability
    where
        month = $month and profile = $profile
        and cluster_id in (
            select cluster_id from typology.candidates
            where month = $month and profile = $profile and approach = 'spatial' and unpublished_reason is null
        )
"""
"""Of clusters that are groups of sites."""
HEAD = "| profile | draws | clusters | share drawn | correlation | mean difference | mean absolute | other word |"


def compare(warehouse: Warehouse, method: MethodProfile, scale: float, draws: int) -> pl.DataFrame:
    """A row a cluster and comparison: `drawn_share`, figure and word by those draws, and by whole ones (`_whole`).

    The bounds are those of the profile times the country's scale. Clusters are those of sectors that are thinned where
    fewer organisations are drawn; where business sites alone are fewer, all. The warehouse's rows of stability are
    those of the last comparison afterwards.
    """
    whole = WHOLE | {"bootstrap_draws": draws, "bootstrap_min_draws": min(draws, method.trust.bootstrap_min_draws)}
    by_whole = _stability(warehouse, method, whole)
    found = []
    for name, bounds in COMPARISONS.items():
        if SITES[0] in bounds and method.spatial.algorithm != "scan":
            continue
        held = {bound: max(1, round(getattr(method.trust, bound) * scale)) for bound in bounds}
        seed = {"trust_seed": method.trust.trust_seed + 1} if name == OTHER_DRAWS else {}
        other = _stability(warehouse, method, whole | held | seed).join(by_whole, on="cluster_id", suffix="_whole")
        if ORGANISATIONS[0] in bounds:
            other = other.filter(pl.col("drawn_share") < THINNED_SHARE)
        found.append(other.select(pl.lit(method.name).alias("profile"), pl.lit(name).alias("comparison"), pl.all()))
    return pl.concat(found)


def _stability(warehouse: Warehouse, method: MethodProfile, changed: Mapping[str, int]) -> pl.DataFrame:
    """The clusters' stability with some of the profile's values changed."""
    (step,) = (step for step in STEPS if step.name == "stability")
    run_step(
        step, warehouse, MONTH, [method.model_copy(update={"trust": method.trust.model_copy(update=dict(changed))})]
    )
    return warehouse.read(STABILITY, month=MONTH.first_day, profile=method.name)


def lines(compared: Sequence[pl.DataFrame]) -> list[str]:
    """The table of what was compared in one country or several."""
    table = [HEAD, "|---" * HEAD.count(" | ") + "|---|"]
    for (profile, comparison), rows in pl.concat(compared).group_by("profile", "comparison", maintain_order=True):
        one, other = rows["mean_jaccard"].to_numpy(), rows["mean_jaccard_whole"].to_numpy()
        correlation = f"{np.corrcoef(one, other)[0, 1]:.2f}" if rows.height > 2 else ""
        share = np.median(rows["drawn_share"].to_numpy())
        table.append(
            f"| `{profile}` | {comparison} | {rows.height} | {share:.0%} | {correlation} "
            f"| {np.mean(one - other):+.3f} | {np.mean(np.abs(one - other)):.3f} "
            f"| {np.mean((rows['word'] != rows['word_whole']).to_numpy()):.0%} |"
        )
    return table


def report(compared: Sequence[pl.DataFrame], scale: float, seed: int, draws: int) -> str:
    """The page."""
    return PAGE.format(scale=round(1 / scale), month=MONTH, seed=seed, draws=draws, table="\n".join(lines(compared)))


PAGE = """\
# What thinner draws tell

<!-- written by `python -m synthetic_uk.thinned_draws` -->
Of a large sector fewer organisations are drawn than a bootstrap has, and the scan's draws are held against a part of
business at large ([method](method.md#6-how-sure-a-cluster-is)). A synthetic United Kingdom at 1:{scale}, month
{month}, seed {seed}, {draws} draws: its clusters with the profile's bounds in proportion to its scale
(`stability_max_points`, `stability_all_points`, `stability_least_controls`), so that its sectors are thinned as those
of the country at full size, beside draws that are whole; and whole draws beside other whole ones, for what differs by
the luck of the draws alone.

Clusters are those of thinned sectors where fewer organisations are drawn, else all. *Share drawn*: the median share of
a sector's organisations in a draw. *Difference*: the mean Jaccard similarity by the draws that are named less that by
whole ones. *Other word*: robust, fair or fragile by the one and not by the other.

{table}
"""


def make_month(folder: Path, scale: float, seed: int) -> Warehouse:
    """A country and its month up to the typology. Raises RuntimeError where the month cannot be made."""
    sources, file = folder / "sources", folder / "warehouse.duckdb"
    synthesise(sources, [MONTH], scale, seed)
    outcome = run_month(Settings(sources=str(sources), warehouse=str(file), profiles=PROFILES), MONTH, LAYERS)
    if not outcome.succeeded:
        raise RuntimeError("; ".join(outcome.problems))
    return Warehouse(file)


def main() -> None:
    """Compare, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=share_given, default=0.05)
    parser.add_argument("--seed", type=whole_given, default=1)
    parser.add_argument("--draws", type=whole_given, default=30)
    parser.add_argument("--warehouse", type=Path, help="of that country's month, which is changed; else one is made")
    parser.add_argument("--out", type=file_to_write, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thinned-") as folder:
        warehouse = Warehouse(given.warehouse) if given.warehouse else make_month(Path(folder), given.scale, given.seed)
        compared = []
        for profile in find_profiles(PROFILES, PROFILES_FOLDER):
            compared.append(compare(warehouse, profile, given.scale, given.draws))
            given.out.write_text(report(compared, given.scale, given.seed, given.draws), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
