"""Whose each dataset is: none is forgotten, and what is fetched has a licence and what that wants said."""

from __future__ import annotations

import pytest

from assets.fetch.registry import PUBLISHERS
from assets.origins import FETCHED, ORIGINS, SHIPPED, YEAR, origin_of
from assets.sources.registry import DATASETS


def test_every_dataset_and_nothing_else_has_its_origin():
    assert set(ORIGINS) == {dataset.name for dataset in DATASETS}
    assert set(SHIPPED) == {dataset.name for dataset in DATASETS if dataset.shipped}
    # They have no year of their own.
    assert not [name for name, origin in SHIPPED.items() if YEAR in (origin.attribution or "")]
    assert set(FETCHED) <= set(PUBLISHERS)


@pytest.mark.parametrize("dataset", PUBLISHERS)
def test_what_is_fetched_has_a_licence_that_stands_somewhere_and_its_words(dataset: str):
    origin = PUBLISHERS[dataset].origin
    assert origin == origin_of(dataset, FETCHED)
    assert origin.licence.path and origin.licence.path.startswith("https://")
    said = origin.attribution_in(2025)
    assert said and YEAR not in said


def test_words_have_the_year_where_the_licence_wants_it():
    words = ORIGINS["postcodes"].attribution_in(2023)
    assert words and words.startswith("Contains OS data © Crown copyright and database right 2023; Contains Royal Mail")
    assert ORIGINS["idbr_enterprises"].attribution_in(2023) is None


def test_a_dataset_that_nobody_knows_goes_by_its_own_name():
    assert origin_of("new_thing").title == "new thing"
