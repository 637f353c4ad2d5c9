"""Groups without a speciality: where a register has none, where it is nothing else, and on the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tools.diversity import MOST_AT_ONE_POSTCODE, cut, without_speciality
from tools.real_companies import FILE, real_companies


def test_a_register_in_which_everywhere_is_alike_has_only_groups_without_a_speciality() -> None:
    sector = pl.Series(["Construction", "Wholesale", "Healthcare", None] * 100)
    assert without_speciality(sector, np.arange(400).reshape(4, 100)) == 1


def test_a_register_in_quarters_of_one_sector_has_none() -> None:
    sector = pl.Series(["Construction"] * 100 + ["Wholesale"] * 100 + ["Healthcare"] * 200)
    assert without_speciality(sector, np.arange(400).reshape(4, 100)) == 0
    # Two groups of a quarter of a sector each, in another order.
    assert without_speciality(sector, np.arange(400).reshape(100, 4).T[:2]) == 1


def test_real_groups_have_specialities_that_shuffled_sectors_have_not(shared_data: Path) -> None:
    if not (shared_data / FILE).is_file():
        pytest.skip(f"{shared_data / FILE} is not here")
    companies = real_companies(shared_data)
    assert companies.height == 46_611
    assert companies["sector"].null_count() == 504
    rng = np.random.default_rng(3)
    taken = cut(companies, 400, 100, rng)
    assert taken.members.shape == (100, 400)
    assert all(len(set(group)) == 400 for group in taken.members.tolist())
    postcode = companies["postcode"].rank("dense").to_numpy().astype(int)
    assert max(np.bincount(postcode[group]).max() for group in taken.members) <= MOST_AT_ONE_POSTCODE * 400
    assert without_speciality(companies["sector"], taken.members) < 0.3
    shuffled = companies["sector"].gather(rng.permutation(companies.height))
    assert without_speciality(shuffled, taken.members) > 0.85
