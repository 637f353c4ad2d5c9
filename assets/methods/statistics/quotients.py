"""Location quotients: is a sector more at home in a group's outline than in the country?

What belongs here: firms inside outlines, the quotient, its interval and test. What does not: how a group was found,
what the third criterion makes of the figures. The functions serve groups of any origin, spatial or network.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
from scipy.stats import beta, binom

from assets.arrays import Floats, Integers
from assets.methods.geometry.inside import bands_of, members_inside
from assets.methods.statistics.significance import benjamini_hochberg_within


def firms_inside(outlines_wkt: pl.Series, firms: pl.DataFrame, threads: int | None = None) -> Integers:
    """Distinct firms with a site inside (or on the edge of) each outline, shape (outlines,).

    `outlines_wkt`: WKT in WGS84, longitude then latitude. `firms` has columns firm (whole numbers from 0), longitude
    and latitude in degrees, a row a site. `threads`: as `members_inside` says.
    """
    points = bands_of(firms["longitude"].to_numpy(), firms["latitude"].to_numpy(), firms["firm"].to_numpy())
    return members_inside(shapely.from_wkt(outlines_wkt.to_numpy()), points, threads)


def location_quotients(counts: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """Location quotient of each group and sector tested.

    `counts` has group_id, scheme, sector and four numbers of distinct firms: sector_firms of the sector in the group,
    outline_firms inside its outline, national_sector_firms and national_firms in the country; a row a sector tested.

    LQ = (sector_firms / outline_firms) / (national_sector_firms / national_firms) [stated]. The national share is
    taken as known; the interval is Clopper and Pearson's for the share in the outline, over the national share, at
    level 1 - alpha; the p-value is the exact one-sided binomial one of at least so many firms at the national share;
    q is Benjamini-Hochberg's over the sectors tested for the group [ours]. Gives the columns of
    spatial.location_quotients, ordered by group_id, scheme, sector. Raises ValueError where a group has more firms of
    a sector than its outline or the country has firms of it.
    """
    joined = counts.sort("group_id", "scheme", "sector")
    wrong = joined.filter(
        (pl.col("sector_firms") > pl.col("outline_firms")) | (pl.col("sector_firms") > pl.col("national_sector_firms"))
    )
    if wrong.height:
        raise ValueError(
            f"{wrong.row(0, named=True)}: the firms of a group must be among those in its outline and in the country"
        )
    k, n = joined["sector_firms"].to_numpy(), joined["outline_firms"].to_numpy()
    share = joined["national_sector_firms"].to_numpy() / joined["national_firms"].to_numpy()
    low, high = share_interval(k, n, alpha)
    p_value = binom.sf(k - 1, n, share)
    group = joined["group_id"].rle_id().to_numpy()
    return joined.select(
        "group_id",
        "scheme",
        "sector",
        "sector_firms",
        "outline_firms",
        "national_sector_firms",
        "national_firms",
        pl.Series("location_quotient", k / n / share, dtype=pl.Float64),
        pl.Series("location_quotient_low", low / share, dtype=pl.Float64),
        pl.Series("location_quotient_high", high / share, dtype=pl.Float64),
        pl.Series("p_value", p_value, dtype=pl.Float64),
        pl.Series("q_value", benjamini_hochberg_within(p_value, group), dtype=pl.Float64),
    )


def share_interval(successes: Integers, trials: Integers, alpha: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson's exact interval for a share, at level 1 - alpha; arrays of one shape."""
    k, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    low = np.where(k > 0, beta.ppf(alpha / 2, np.maximum(k, 1), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - alpha / 2, k + 1, np.maximum(n - k, 1)), 1.0)
    return low, high
