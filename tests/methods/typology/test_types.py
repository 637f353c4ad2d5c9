"""The table of four types, over every combination; the words for what is not published."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from assets.methods.typology.types import CLUSTER_TYPES, cluster_type, unpublished_reason

CRITERIA = ("is_rdi_active", "is_colocated", "is_specialised", "is_internally_collaborative")

# The published table: RD&I-active, co-located, specialised, internally collaborative; None: yes or no.
TABLE = {
    "Diverse": (True, True, False, False),
    "Specialised": (True, True, True, False),
    "R&D Collaborating": (True, True, None, True),
    "Dispersed": (True, False, None, True),
}


def expected_type(approach: str, criteria: tuple[bool, ...]) -> str | None:
    """The table read row by row; a spatial group must be co-located, a community collaborative."""
    if approach == "spatial" and not criteria[1]:
        return None
    if approach == "network" and not criteria[3]:
        return None
    fitting = [
        name
        for name, row in TABLE.items()
        if all(asked is None or asked == given for asked, given in zip(row, criteria, strict=True))
    ]
    assert len(fitting) <= 1
    return fitting[0] if fitting else None


@pytest.mark.parametrize("approach", ["spatial", "network"])
@pytest.mark.parametrize("criteria", list(itertools.product([False, True], repeat=4)))
def test_every_combination_has_the_type_of_the_table(approach: str, criteria: tuple[bool, ...]) -> None:
    frame = pl.DataFrame(
        {"approach": [approach], **{name: [value] for name, value in zip(CRITERIA, criteria, strict=True)}}
    )
    assert frame.select(cluster_type()).item() == expected_type(approach, criteria)


def test_the_types_are_those_of_the_table() -> None:
    assert tuple(TABLE) == CLUSTER_TYPES


def a_candidate(**given: object) -> pl.DataFrame:
    """A spatial candidate of 40 firms that may be published, but for what is given."""
    usual: dict[str, object] = {
        "approach": "spatial",
        "firms": 40,
        "min_firms": 10,
        "rdi_active_firms": 8,
        "rdi_active_share": 0.2,
        "rdi_min_share": 0.2,
        "rdi_p_value": 0.5,
        "national_rdi_share": 0.1,
        "is_rdi_active": True,
        "joint_projects": 0,
        "min_joint_projects": 3,
        "joint_pairs": 0,
        "min_joint_pairs": 2,
        "collaboration_p_value": 1.0,
        "collaboration_alpha": 0.05,
        "is_internally_collaborative": False,
        "is_located": True,
    }
    return pl.DataFrame({name: [value] for name, value in {**usual, **given}.items()})


def reason(**given: object) -> str | None:
    return a_candidate(**given).select(unpublished_reason()).item()


def test_a_group_that_meets_all_is_published() -> None:
    assert reason() is None


def test_too_few_firms() -> None:
    assert reason(firms=9) == "fewer than 10 firms: 9"


def test_not_active_says_figures_and_thresholds() -> None:
    words = reason(is_rdi_active=False, rdi_active_firms=3, rdi_active_share=0.075, rdi_p_value=0.77712)
    assert (
        words
        == "not RD&I-active: 3 of 40 firms (7.5%), threshold 20%, p = 0.777 against 10% of all firms of the sector"
    )


def test_only_a_community_must_collaborate() -> None:
    assert reason(is_internally_collaborative=False) is None
    words = reason(approach="network", is_internally_collaborative=False, joint_projects=2, joint_pairs=1)
    assert words == (
        "not internally collaborative: 2 joint projects (threshold 3) of 1 pairs (threshold 2), "
        "p = 1.0 (threshold 0.05)"
    )


def test_all_reasons_are_given() -> None:
    words = reason(firms=4, is_rdi_active=False, is_located=False)
    assert words is not None
    assert [part.split(":")[0] for part in words.split("; ")] == [
        "fewer than 10 firms",
        "not RD&I-active",
        "no member has a located site",
    ]
