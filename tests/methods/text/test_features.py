"""Features against a plain reading of the rule in Python, and against scikit-learn's own runs of letters."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from assets.methods.text.features import all_columns, count_features

FEATURES = 1 << 20
TEXTS = st.lists(st.text(alphabet="abcXY01 .,-'éß€\n", max_size=60), max_size=6)


def plain_counts(text: str, run_letters: int) -> Counter[str]:
    words = re.findall(r"[a-z0-9\x80-\xff]+", text.lower().encode().decode("latin-1"))
    found: Counter[str] = Counter()
    for word in words:
        if len(word) >= 2:
            padded = f" {word} "
            found[f"word {word}"] += 1
            found.update(f"run {padded[at : at + run_letters]}" for at in range(max(0, len(padded) - run_letters + 1)))
    return found


@settings(max_examples=80, deadline=None)
@given(texts=TEXTS, run_letters=st.integers(2, 5))
def test_counts_are_those_of_the_rule(texts: list[str], run_letters: int) -> None:
    counts = count_features(pl.Series(texts, dtype=pl.String), all_columns(FEATURES), run_letters)
    assert counts.shape == (len(texts), FEATURES)
    for row, text in enumerate(texts):
        expected = sorted(plain_counts(text, run_letters).values())
        assert sorted(counts[[row]].data.tolist()) == expected


def test_runs_tell_texts_apart_as_scikit_learn_does() -> None:
    texts = ["manufacturing of batteries", "the battery manufacturer", "batteries batteries", "older people"]
    runs = CountVectorizer(analyzer="char_wb", ngram_range=(4, 4), binary=True).fit_transform(texts)
    words = CountVectorizer(binary=True).fit_transform(texts)
    counts = count_features(pl.Series(texts), all_columns(FEATURES), 4)
    ours = (counts > 0).astype(int)
    assert np.array_equal((ours @ ours.T).toarray(), (runs @ runs.T + words @ words.T).toarray())


def test_a_text_has_the_same_features_whatever_stands_around_it() -> None:
    texts = pl.Series(["Solar power", None, "", "SOLAR, power!", "solar power"])
    counts = count_features(texts, all_columns(FEATURES), 4).toarray()
    assert np.array_equal(counts[0], counts[3])
    assert np.array_equal(counts[0], counts[4])
    assert not counts[1].any()
    assert not counts[2].any()
    part = count_features(texts[3:], all_columns(FEATURES), 4).toarray()
    assert np.array_equal(part, counts[3:])


def test_features_without_a_column_are_passed_over() -> None:
    whole = count_features(pl.Series(["solar power"]), all_columns(FEATURES), 4)
    columns = np.full(FEATURES, -1, dtype=np.int32)
    kept = np.sort(whole.indices)[:3]
    columns[kept] = [0, 1, 2]
    part = count_features(pl.Series(["solar power", "nothing here"]), columns, 4)
    assert part.shape == (2, 3)
    assert part.toarray().tolist() == [[1, 1, 1], [0, 0, 0]]
