"""Worlds over real postcodes: what is planted lies in its shape, and both scans find most of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from assets.method import find_profiles
from assets.methods.scan.addresses import AddressRules
from assets.methods.scan.scan import WindowRules
from pipelines.profiles import PROFILES_FOLDER
from synthetic_uk.own_windows import OwnWindows
from synthetic_uk.postcode_worlds import BACKGROUND_CASES, FIRMS, NOISE, SHAPES, SITES, Ground, draw_world, read_ground
from synthetic_uk.scan_recovery import Compared, Evidence, compare, report


@pytest.fixture(scope="module")
def ground(shared_data: Path) -> Ground:
    if not (shared_data / "postcodes_nspl_2025_05").is_dir():
        pytest.skip("no postcodes_nspl_2025_05 among the real files")
    return read_ground(shared_data, 7)


@pytest.mark.parametrize("kind", SHAPES)
def test_planted_groups_lie_in_their_shapes(ground: Ground, kind: str) -> None:
    world = draw_world(ground, kind, 7, groups=6)
    again = draw_world(ground, kind, 7, groups=6)
    np.testing.assert_array_equal(world.sites_m, again.sites_m)
    np.testing.assert_array_equal(world.truth, again.truth)
    planted = world.truth != NOISE
    assert (world.shape[planted] == world.truth[planted]).all()
    assert (~planted).sum() == BACKGROUND_CASES
    sizes = np.bincount(world.truth[planted])
    assert len(sizes) == 6
    assert ((sizes >= FIRMS[0]) & (sizes <= FIRMS[1])).all()
    assert len(world.sites_m) == SITES + sizes.sum()
    greatest_m = {"discs": 16_000, "corridors": 22_300, "ellipses": 24_000, "arcs": 31_000, "pairs": 6_000}[kind]
    for group in range(6):
        assert pdist(world.sites_m[world.cases[world.truth == group]]).max() <= greatest_m


def test_our_scan_finds_pairs_twelve_kilometres_apart(ground: Ground) -> None:
    world = draw_world(ground, "pairs", 8, groups=6)
    method = find_profiles(["evidence"], PROFILES_FOLDER)[0].spatial.model_copy(update={"scan_null_draws": 20})
    labels, critical = Evidence(method).labels(world)
    own = OwnWindows(
        world.sites_m[world.cases], world.sites_m, WindowRules(5, 10, 15_000.0, 2.0, AddressRules(5, 0.3, 2))
    )
    scores = [own.score(world.sites_m[world.cases[world.truth == group]]) for group in range(6)]
    found = compare(world, labels, [score > critical for score in scores])
    assert found.detectable == found.detectable_found == 6
    assert found.ari > 0.85
    assert compare(world, world.truth, [True] * 6) == Compared(1.0, 6, 6, 6)


def test_page_sums_what_was_found() -> None:
    one = {
        "ours": Compared(0.9, 20, 20, 19),
        "circular": Compared(0.8, 18, 20, 15),
        "shapes": Compared(1.0, 20, 20, 20),
    }
    page = report({4: dict.fromkeys(SHAPES, one)}, empty=8, seconds=1.0)
    assert "| discs | 1.000 | 0.900 | 0.800 | +0.100 | 19 of 20 | 15 of 20 | 20 | 18 |" in page
    assert "| detectable groups found | 98% | 95 of 100 (95.0%) |" in page
    assert "| 8 of 200 (4.0%) |" in page
