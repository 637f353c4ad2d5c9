"""Scans the real companies of Sheffield and Rotherham: `python -m tools.real_scan --data FOLDER --picture FILE`.

What belongs here: the profile `evidence` on a real register of 46,611 companies at their registered offices, alone,
without drops or warehouse: how many groups there are, how many are an address, how near they come to each other. What
does not: the method (`assets/methods`), or a whole month of real files (`real_drops`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from scipy.spatial import cKDTree

from assets.manners import begin, existing_folder, file_to_write
from assets.method import SpatialMethod, find_profiles
from assets.methods.groups.sector_groups import (
    Contrast,
    Found,
    Sector,
    background_of,
    find_groups,
    null_settings,
    points_needed,
    together,
    window_rules,
)
from assets.methods.scan.null import Null, null_sizes, simulate_null
from assets.pictures import png
from pipelines.profiles import PROFILES_FOLDER
from tools.real_companies import real_companies

SCHEME, GRID = "sic", "gb"


@dataclass(frozen=True)
class RealScan:
    """What the scan found."""

    groups: pl.DataFrame
    """As `sector_groups.GROUP_COLUMNS`, and `easting`, `northing`: the members' mean, in metres."""
    members: pl.DataFrame
    """group_id, sector, easting, northing."""

    @property
    def mostly_one_postcode(self) -> int:
        """Groups with more than half of their firms at one postcode."""
        return self.groups.filter(pl.col("address_share") > 0.5).height

    def least_apart_m(self) -> float:
        """Metres between the nearest members of the two groups of one sector that come nearest to each other."""
        least = float("inf")
        for of_sector in self.members.partition_by("sector"):
            trees = [
                cKDTree(one.select("easting", "northing").to_numpy()) for one in of_sector.partition_by("group_id")
            ]
            for number, tree in enumerate(trees):
                least = min([least, *(float(tree.query(other.data)[0].min()) for other in trees[:number])])
        return least


def registered(data: Path) -> pl.DataFrame:
    """The companies that have a place, as points: `sector`, null where it is not known, and what `find_groups` wants.

    Raises FileNotFoundError where the file is not there.
    """
    return (
        real_companies(data)
        .filter(pl.col("easting").is_not_null())
        .with_row_index("firm")
        .with_columns(
            pl.col("firm").cast(pl.Int64),
            site_id=pl.col("firm").cast(pl.String).str.zfill(6),
            organisation_id=pl.col("firm").cast(pl.String).str.zfill(6),
            is_firm=pl.lit(True),
        )
    )


def contrast_of(companies: pl.DataFrame, method: SpatialMethod) -> Contrast:
    """All companies, and the null at the numbers that the sectors have of them."""
    background, settings = background_of(companies, method), null_settings(method)
    sizes = companies.drop_nulls("sector").group_by("sector").len()["len"]
    run = [size for size in sizes if size >= points_needed(size, method)]
    simulated = null_sizes(min(run), max(run), settings.sizes)
    return Contrast(background, Null(simulate_null(background, simulated, window_rules(method), settings)), "")


def scan_sectors(companies: pl.DataFrame, method: SpatialMethod, contrast: Contrast) -> list[Found]:
    """The groups of every sector of the companies."""
    sectors = companies.drop_nulls("sector").partition_by("sector", as_dict=True)
    return [
        find_groups(Sector(SCHEME, str(key[0]), GRID), of_sector, method, contrast)
        for key, of_sector in sorted(sectors.items())
    ]


def scan_real_companies(data: Path, method: SpatialMethod) -> RealScan:
    """Every sector of the companies against all of them. Raises FileNotFoundError where the file is not there."""
    companies = registered(data)
    kept = together(scan_sectors(companies, method, contrast_of(companies, method)), method.scan_alpha)
    members = kept.group_members.join(companies, on=["site_id", "organisation_id"]).select(
        "group_id", "sector", "easting", "northing"
    )
    middles = members.group_by("group_id").agg(pl.col("easting", "northing").mean())
    return RealScan(kept.groups.join(middles, on="group_id", maintain_order="left"), members)


def map_png(scan: RealScan, data: Path) -> bytes:
    """The groups of each sector among all companies."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 8), layout="constrained")
    axes = figure.add_subplot()
    everybody = real_companies(data).drop_nulls("easting")
    axes.scatter(everybody["easting"] / 1000, everybody["northing"] / 1000, s=0.5, c="#dddddd")
    sectors = scan.groups["sector"].unique().sort().to_list()
    for number, sector in enumerate(sectors):
        of_sector = scan.members.filter(pl.col("sector") == sector)
        colour = [((number * 0.618) % 1)] * of_sector.height
        axes.scatter(
            of_sector["easting"] / 1000, of_sector["northing"] / 1000, s=5, c=colour, cmap="turbo", vmin=0, vmax=1
        )
    for group in scan.groups.iter_rows(named=True):
        axes.annotate(
            f"{group['sector']} ({group['firms']})", (group["easting"] / 1000, group["northing"] / 1000), size=6
        )
    axes.set_aspect("equal")
    axes.set_xlabel("easting, km")
    axes.set_ylabel("northing, km")
    axes.set_title(f"{scan.groups.height} groups of {everybody.height:,} companies, profile evidence")
    return png(figure)


def main() -> None:
    """Print the groups and their figures; draw the map where a file for it is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=existing_folder, required=True)
    parser.add_argument("--picture", type=file_to_write)
    given = parser.parse_args()
    scan = scan_real_companies(given.data, find_profiles(["evidence"], PROFILES_FOLDER)[0].spatial)
    columns = ("sector", "firms", "places", "address_share", "relative_density", "easting", "northing")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, fmt_str_lengths=40, float_precision=2):
        print(scan.groups.select(columns).sort("sector", "firms", descending=[False, True]))
    print(f"{scan.groups.height} groups, {scan.mostly_one_postcode} of them with more than half of their firms at one")
    print(f"postcode; the nearest two of one sector are {scan.least_apart_m():.0f} m apart")
    if given.picture:
        given.picture.write_bytes(map_png(scan, given.data))


if __name__ == "__main__":
    begin(main)
