"""What was planted, as it stands in a month: written beside the drops, for measuring and nothing else.

What belongs here: `clusters.csv`, `members.csv` and `events.csv`. What does not: anything that a pipeline may read. A
group stands in a month while it has members in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic_uk.drops import write_csv
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Postcodes, to_degrees
from synthetic_uk.network import Network, all_members
from synthetic_uk.planted import Plan
from synthetic_uk.sectors import Sectors

CLUSTERS = (
    "truth_id",
    "cluster_type",
    "scheme",
    "sector",
    "centre_latitude",
    "centre_longitude",
    "radius_m",
    "organisations",
)
MEMBERS = ("truth_id", "company_number", "entref", "postcode")
EVENTS = ("truth_id", "event", "other_truth_id")


def write_truth(
    folder: Path,
    plan: Plan,
    network: Network,
    firms: Firms,
    sectors: Sectors,
    postcodes: Postcodes,
    texts: pl.Series,
    month: int,
) -> pl.DataFrame:
    """Write the truth of a month into `folder`; returns its clusters."""
    groups = [*plan.groups, *network.communities.groups]
    members = all_members(plan, network.communities, firms)
    here = np.flatnonzero((members["since"] <= month) & (members["until"] > month))
    group = members["group"][here]
    size = np.bincount(group, minlength=len(groups))
    latitude, longitude = to_degrees(
        np.array([one.site.x_m for one in groups]),
        np.array([one.site.y_m for one in groups]),
        np.array([one.site.is_ni for one in groups]),
    )
    names = {"sic": sectors.sic_names, "rtic": sectors.rtic_names}
    ids = pl.Series([one.truth_id for one in groups])
    clusters = pl.DataFrame(
        {
            "truth_id": ids,
            "cluster_type": [one.cluster_type for one in groups],
            "scheme": [one.scheme for one in groups],
            "sector": pl.Series(
                [names[one.scheme][one.sector] if one.scheme in names else None for one in groups], dtype=pl.String
            ),
            "centre_latitude": latitude.round(6),
            "centre_longitude": longitude.round(6),
            "radius_m": [round(one.site.radius_m) for one in groups],
            "organisations": size,
        },
    ).filter(pl.col("organisations") > 0)
    firm = members["firm"][here]
    member_rows = pl.DataFrame(
        {
            "truth_id": ids.gather(group),
            "company_number": firms.company_numbers(firm),
            "entref": firms.entrefs(firm),
            "postcode": texts.gather(members["postcode"][here]),
        }
    ).sort("truth_id", "company_number")
    happened = [one for one in (*plan.events, *network.communities.events) if one.month == month]
    events = pl.DataFrame(
        [(one.truth_id, one.event, one.other_truth_id) for one in happened],
        schema=dict.fromkeys(EVENTS, pl.String),
        orient="row",
    )
    write_csv(folder / "clusters.csv", clusters.select(CLUSTERS))
    write_csv(folder / "members.csv", member_rows.select(MEMBERS))
    write_csv(folder / "events.csv", events)
    return clusters
