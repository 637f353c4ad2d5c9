"""Sizes of sectors: those that were published at full size, and the large ones of before where they are asked for."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from assets.method import SpatialMethod
from assets.methods.density.clustering import min_cluster_size
from synthetic_uk import Settings
from synthetic_uk.sectors import SITES_OF_RTIC_FIRM, Sectors, draw_sectors
from synthetic_uk.streams import stream

SEED = 1


def sites(sectors: Sectors, settings: Settings, scale: float) -> dict[str, float]:
    """Expected sites of each emerging sector."""
    all_sites = settings.rtic_firms * scale * SITES_OF_RTIC_FIRM
    return dict(zip(sectors.rtic_names, all_sites * sectors.rtic_share * sectors.rtic_weight, strict=True))


def test_emerging_sectors_have_the_published_sizes_at_full_size() -> None:
    settings = Settings()
    sizes = np.array(list(sites(draw_sectors(1.0, SEED, settings), settings, 1.0).values()))
    assert sizes.min() == pytest.approx(399)
    assert sizes.max() == pytest.approx(23_687)
    # Most firms are in none.
    assert draw_sectors(1.0, SEED, settings).rtic_share < 0.05


def test_register_sectors_are_within_the_published_sizes_but_for_the_smallest() -> None:
    sectors = draw_sectors(1.0, SEED, Settings())
    sizes = np.sort(Settings().local_units * sectors.sic_weight / sectors.sic_weight.sum())
    # The register of 2018 itself has three sectors below the published 4,235.
    assert np.count_nonzero(sizes < 4_235) == 3
    assert sizes.max() < 426_250


def test_emerging_sectors_shrink_with_the_scale_and_still_can_hold_a_planted_group() -> None:
    settings, method = Settings(), SpatialMethod()
    small, full = (draw_sectors(scale, SEED, settings) for scale in (0.05, 1.0))
    at_full = sites(full, settings, 1.0)
    for name, size in sites(small, settings, 0.05).items():
        assert size == pytest.approx(max(0.05 * at_full[name], settings.rtic_sector_least)), name
        assert size >= 2 * min_cluster_size(round(size), method)


@pytest.mark.parametrize("scale", [0.001, 0.05, 1.0])
def test_large_sizes_are_those_of_zipfs_law_and_every_firm_has_one(scale: float) -> None:
    sectors = draw_sectors(scale, SEED, Settings(rtic_sizes="large"))
    zipf = stream(SEED, "sectors").permutation(np.arange(1, 47)) ** -0.7
    assert sectors.rtic_share == 1
    np.testing.assert_allclose(sectors.rtic_weight, zipf / zipf.sum())
    # No sector is larger than it would be so, however small the country.
    published = sites(draw_sectors(scale, SEED, Settings()), Settings(), scale)
    large = sites(sectors, Settings(), scale)
    assert all(published[name] <= large[name] * (1 + 1e-9) for name in large)


def test_published_sizes_are_those_of_the_governments_release(shared_data: Path) -> None:
    file = shared_data / "dsit_map_v2_south_yorkshire" / "sectors.csv"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["sector_type"] in ("RTIC", "Dsit_Emerging")]
    told = {row["sector"].lower(): int(row["sites_of_sector"]) for row in rows}
    with Path("synthetic_uk/rtic_sizes.csv").open(encoding="utf-8") as lines:
        ours = {row["sector"]: int(row["sites"]) for row in csv.DictReader(lines) if row["is_published"] == "true"}
    assert len(ours) == 38
    assert ours == {name: told["space economy" if name == "Space" else name.lower()] for name in ours}


def test_no_published_cluster_is_much_smaller_than_the_rule_allows(shared_data: Path) -> None:
    file = shared_data / "dsit_map_v2_south_yorkshire" / "sectors.csv"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["sector_type"] in ("RTIC", "SIC")]
    method = SpatialMethod()
    over = [min_cluster_size(int(row["sites_of_sector"]), method) / int(row["smallest_seen"]) for row in rows]
    # What was seen lies in one county: nearly every cluster there is larger than its sector's smallest.
    assert max(over) < 1.35
    assert sum(one > 1 for one in over) <= 6
