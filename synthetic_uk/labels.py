"""Texts that people have labelled for the classifier: the drop `training_labels`, and what is true of them.

What belongs here: drawing the labelled texts, their wrong labels and the corrections. What does not: the
texts of items, which come from the same phrases and are others.

The first month has some hundreds; the second has the same with the wrong labels put right, and some more. Labelled
texts are about part of the subjects only.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.arrays import Integers
from assets.reference import CATEGORIES
from synthetic_uk.settings import Settings
from synthetic_uk.streams import choose, stream
from synthetic_uk.wording import BUSINESS, EVENT, PAPER, compose, mask_names, words

_KIND_SHARES = {BUSINESS: 0.5, EVENT: 0.25, PAPER: 0.25}
_SECOND_CATEGORY_SHARE = 0.12
_FIRST_KEY = 1 << 60
"""Keys of labelled texts begin here, far above those of items."""
LABELLED_MONTHS = 2
"""Months, from the first, that have a drop of labels."""


def label_rows(number: int, seed: int, settings: Settings) -> pl.DataFrame:
    """`text, categories, true_categories` of a month's drop: first month 0, then 1."""
    rng = stream(seed, "labels")
    count = settings.training_labels + settings.label_corrections
    kinds = np.array(list(_KIND_SHARES))[choose(rng, np.array(list(_KIND_SHARES.values())), count)]
    mask = np.where(rng.random(count) < settings.labels_none_share, 0, _drawn(rng, count))
    wrong = np.where(rng.random(count) < settings.wrong_labels_share, mask ^ _one(rng, count), mask)
    here = count if number else settings.training_labels
    text = np.empty(count, dtype=object)
    for kind in _KIND_SHARES:
        rows = np.flatnonzero(kinds == kind)
        text[rows] = words(compose(kind, mask[rows], _FIRST_KEY + rows, seed, settings.label_subjects_share)).to_list()
    names = mask_names()
    labelled = mask if number else wrong
    return pl.DataFrame(
        {"text": pl.Series(text[:here].tolist(), dtype=pl.String), "categories": names.gather(labelled[:here])}
    ).with_columns(true_categories=names.gather(mask[:here]))


def _one(rng: np.random.Generator, count: int) -> Integers:
    """One category each, as masks."""
    return 1 << rng.integers(0, len(CATEGORIES), count)


def _drawn(rng: np.random.Generator, count: int) -> Integers:
    """One category each, for a few two."""
    first, second = _one(rng, count), _one(rng, count)
    return np.where(rng.random(count) < _SECOND_CATEGORY_SHARE, first | second, first)
