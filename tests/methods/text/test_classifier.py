"""The classifier against scikit-learn's figures, and what must hold whatever the examples are."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import brier_score_loss, confusion_matrix, f1_score, precision_recall_fscore_support

from assets.innovation_index.training import EXAMPLES_SCHEMA, Examples, training_examples
from assets.method import IndexMethod
from assets.methods.text.classifier import Calibration, HeldOut, Model, assign_folds, model_version, train
from assets.methods.text.features import count_features
from assets.reference import CATEGORIES

METHOD = IndexMethod()
UNSEEN = [
    "Neural networks and machine learning for retailers",
    "Offshore wind farm developer",
    "Dementia care for older people at home",
    "Five-axis machining and metal 3D printing",
    "Electric scooters and bus timetables for cities",
    "Haircuts and beard trims",
    "",
]


@functools.cache
def shipped() -> Examples:
    return training_examples(pl.DataFrame(schema=EXAMPLES_SCHEMA), None, METHOD)


@functools.cache
def model() -> Model:
    return train(shipped().texts, shipped().labels, shipped().filed, METHOD)


def test_figures_are_scikit_learns() -> None:
    held_out = model().held_out
    precision, recall, f1, _ = precision_recall_fscore_support(held_out.labels, held_out.predicted, zero_division=0)
    quality = held_out.quality
    assert quality.height == len(CATEGORIES)
    for name, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
        assert quality[name].to_list() == pytest.approx(expected.tolist(), abs=1e-12)
    assert held_out.macro_f1 == pytest.approx(f1_score(held_out.labels, held_out.predicted, average="macro"))
    for column in range(len(CATEGORIES)):
        labels, predicted = held_out.labels[:, column], held_out.predicted[:, column]
        counts = quality.row(column, named=True)
        assert confusion_matrix(labels, predicted).ravel().tolist() == [
            counts[name] for name in ("true_negatives", "false_positives", "false_negatives", "true_positives")
        ]
        assert counts["brier_score"] == pytest.approx(brier_score_loss(labels, held_out.probabilities[:, column]))


def test_categories_are_told_apart() -> None:
    taken = model().score(UNSEEN) >= model().thresholds
    assert [[CATEGORIES[column] for column in np.flatnonzero(of_text)] for of_text in taken] == [
        ["AI and Data"],
        ["Clean Growth"],
        ["Ageing Society"],
        ["Advanced Manufacturing"],
        ["Smart Cities and Mobility"],
        [],
        [],
    ]


def test_confusion_by_hand() -> None:
    flags = {"a": [True, False, False, False, False], "ab": [True, True, False, False, False], "": [False] * 5}
    labels = np.array([flags["a"], flags["ab"], flags[""], flags["a"]])
    predicted = np.array([flags["ab"], flags["ab"], flags["a"], flags[""]])
    table = HeldOut(labels, predicted.astype(float), predicted).confusion(CATEGORIES).rows()
    assert table[0] == ("AI and Data", 2, 1, 0, 0, 0, 1)
    assert table[1] == ("Advanced Manufacturing", 0, 1, 0, 0, 0, 0)
    assert table[5] == ("none", 1, 0, 0, 0, 0, 0)


def test_the_order_of_examples_plays_no_part() -> None:
    order = np.random.default_rng(3).permutation(len(shipped().texts))
    again = train([shipped().texts[row] for row in order], shipped().labels[order], shipped().filed[order], METHOD)
    assert again.version == model().version
    assert np.array_equal(again.score(UNSEEN), model().score(UNSEEN))
    assert np.array_equal(again.thresholds, model().thresholds)
    assert again.held_out.quality.equals(model().held_out.quality)


def test_a_text_has_one_score_whatever_is_scored_with_it() -> None:
    alone = np.vstack([model().score([text]) for text in UNSEEN])
    assert np.array_equal(alone, model().score(UNSEEN))


def test_another_label_or_parameter_is_another_version() -> None:
    few, labels, filed = shipped().texts[::4], shipped().labels[::4], shipped().filed[::4]
    first = train(few, labels, filed, METHOD).version
    assert model_version(few[::-1], labels[::-1], filed[::-1], METHOD) == first
    turned = labels.copy()
    turned[0] = ~turned[0]
    assert model_version(few, turned, filed, METHOD) != first
    assert model_version(few, labels, ~filed, METHOD) != first
    assert model_version(few, labels, filed, METHOD.model_copy(update={"text_regularisation": 1.0})) != first
    assert model_version(few, labels, filed, METHOD.model_copy(update={"place_radius_km": 99.0})) == first


def test_labels_of_people_are_what_is_calibrated_on_where_they_are_enough() -> None:
    """People's labels have each category twice as often as the shipped examples, and are told apart as well."""
    random = np.random.default_rng(8)
    labels = random.random((400, 5)) < np.repeat([[0.4], [0.2]], 200, axis=0)
    texts = [f"{' '.join(f'c{column}' for column in np.flatnonzero(of))} n{row}" for row, of in enumerate(labels)]
    filed = np.arange(400) < 200
    enough = METHOD.model_copy(update={"min_calibration_labels": int(labels[filed].sum(axis=0).min())})
    too_few = METHOD.model_copy(update={"min_calibration_labels": int(labels[filed].sum(axis=0).min()) + 1})
    assert train(texts, labels, filed, enough).shares == pytest.approx(labels[filed].mean(axis=0))
    assert train(texts, labels, filed, too_few).shares == pytest.approx(labels.mean(axis=0))
    every, some = (train(texts, labels, filed, method).score(UNSEEN[-1:]) for method in (too_few, enough))
    assert (some > every).all()


def test_quality_is_of_examples_not_seen() -> None:
    """Words that say nothing of their labels: a model that marked its own examples would look good."""
    random = np.random.default_rng(5)
    texts = [f"{' '.join(f'w{word:05d}' for word in random.integers(0, 99_999, 12))} n{row}" for row in range(150)]
    labels = random.random((150, 5)) < 0.3
    blind = train(texts, labels, np.zeros(150, dtype=bool), METHOD)
    counts = count_features(pl.Series(texts), blind.linear.columns, blind.run_letters)
    assert f1_score(labels, blind.linear.scores(counts) > 0, average="macro") > 0.95
    # Of 30% of a category everything taken for it gives 2 * 0.3 / 1.3 = 0.46: there is no more to find.
    assert blind.held_out.macro_f1 < 0.55
    assert blind.held_out.quality["brier_score"].min() > 0.15  # type: ignore[operator]


@settings(max_examples=50, deadline=None)
@given(
    labels=hnp.arrays(bool, st.tuples(st.integers(10, 60), st.just(5))),
    folds=st.integers(2, 6),
    seed=st.integers(0, 9),
)
def test_folds_hold_every_category_evenly(labels: np.ndarray, folds: int, seed: int) -> None:
    chosen = assign_folds(labels, folds, seed)
    assert set(chosen.tolist()) <= set(range(folds))
    for column in range(5):
        counts = np.bincount(chosen[labels[:, column]], minlength=folds)
        if labels[:, column].sum() >= 2:
            assert (counts > 0).sum() >= 2
    rarest = np.column_stack([labels, ~labels.any(axis=1)]).sum(axis=0).argmin()
    of_rarest = np.column_stack([labels, ~labels.any(axis=1)])[:, rarest]
    spread = np.bincount(chosen[of_rarest], minlength=folds)
    assert spread.max() - spread.min() <= 1


@settings(max_examples=50, deadline=None)
@given(scores=hnp.arrays(float, (20, 5), elements=st.floats(-30, 30)))
def test_probability_never_falls_as_the_score_rises(scores: np.ndarray) -> None:
    calibration = model().calibration
    assert (calibration.slopes > 0).all()
    probabilities = calibration.probabilities(scores)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    for column in range(5):
        order = np.argsort(scores[:, column])
        assert (np.diff(probabilities[order, column]) >= 0).all()


def test_a_calibration_without_a_slope_is_a_share() -> None:
    flat = Calibration(np.zeros(5), np.full(5, np.log(0.2 / 0.8)))
    assert flat.probabilities(np.array([[-5.0, 0, 5, 50, 500]])) == pytest.approx(np.full((1, 5), 0.2))
