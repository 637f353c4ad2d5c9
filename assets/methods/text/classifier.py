"""The text classifier of the Index: one linear model a category over shared features, calibrated, with thresholds.

What belongs here: from labelled texts to a model, from a model and texts to probabilities, how good the model is on
texts it has not seen. What does not: where examples come from (`training`), what is classified (`classification`).

Every example is scored once by a model that was fitted without it (folds). Those scores alone are used to calibrate
probabilities (Platt 1999), to choose thresholds, and to measure quality; and the quality of an example's fold is
measured with the calibration and the threshold that the other folds give, so that no published figure was chosen by
the examples it is counted on. Where people have filed labels enough, calibration and thresholds are made on those
alone: they are of the texts to be classified, while shipped examples are tidier.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from assets.arrays import Floats, Integers
from assets.method import IndexMethod
from assets.methods.text.features import Columns, all_columns, count_features

Flags = NDArray[np.bool_]

PARAMETERS = (
    "text_features",
    "text_run_letters",
    "text_regularisation",
    "classifier_folds",
    "classifier_seed",
    "min_calibration_labels",
)
"""The parameters of the method that a model depends on."""
CODE = ("classifier.py", "features.py")
"""The files of code that a model depends on."""


@dataclass(frozen=True)
class Model:
    """A trained classifier."""

    version: str
    """First 16 hex digits of the SHA-256 of examples, parameters, code and scikit-learn's version."""
    thresholds: Floats
    """Probability from which a text is of each category, in the mixture of the examples; shape (categories,)."""
    shares: Floats
    """Share of each category among the examples that probabilities were calibrated on, shape (categories,)."""
    held_out: HeldOut
    """The training examples as a model scored them that had not seen them."""
    linear: Linear
    calibration: Calibration
    run_letters: int

    def log_odds(self, texts: pl.Series | Sequence[str]) -> Floats:
        """Calibrated log odds of each category, shape (texts, categories); every category on its own."""
        counts = count_features(pl.Series("text", texts, pl.String), self.linear.columns, self.run_letters)
        return self.calibration.log_odds(self.linear.scores(counts))

    def score(self, texts: pl.Series | Sequence[str]) -> Floats:
        """The same as probabilities."""
        return 1 / (1 + np.exp(-self.log_odds(texts)))


@dataclass(frozen=True)
class HeldOut:
    """What models said of examples that they had not seen. All of shape (examples, categories)."""

    labels: Flags
    probabilities: Floats
    predicted: Flags

    @cached_property
    def quality(self) -> pl.DataFrame:
        """A row for each category: precision, recall, f1, brier_score, and the counts they come from.

        Where nothing was taken for the category its precision is 0.
        """
        true_positives = (self.labels & self.predicted).sum(axis=0)
        false_positives = (~self.labels & self.predicted).sum(axis=0)
        false_negatives = (self.labels & ~self.predicted).sum(axis=0)
        taken, there = true_positives + false_positives, true_positives + false_negatives
        return pl.DataFrame(
            {
                "precision": true_positives / np.maximum(taken, 1),
                "recall": true_positives / np.maximum(there, 1),
                "f1": 2 * true_positives / np.maximum(taken + there, 1),
                "brier_score": ((self.probabilities - self.labels) ** 2).mean(axis=0),
                "true_positives": true_positives,
                "false_positives": false_positives,
                "false_negatives": false_negatives,
                "true_negatives": (~self.labels & ~self.predicted).sum(axis=0),
            }
        )

    @property
    def macro_f1(self) -> float:
        """Mean of the categories' F1."""
        return float(self.quality["f1"].to_numpy().mean())

    def confusion(self, categories: Sequence[str]) -> pl.DataFrame:
        """How many examples labelled with a category (rows) were taken for it, or wrongly for another (columns).

        `categories` are the names of the labels' columns. An example of several categories counts in the row of each.
        """
        truth = np.column_stack([self.labels, ~self.labels.any(axis=1)]).astype(int)
        taken = np.column_stack([self.predicted, ~self.predicted.any(axis=1)]).astype(int)
        counts = truth.T @ (taken & ~truth) + np.diag((truth & taken).sum(axis=0))
        names = [*categories, "none"]
        return pl.DataFrame({"labelled": names, **{name: counts[:, column] for column, name in enumerate(names)}})


def train(texts: Sequence[str], labels: Flags, filed: Flags, method: IndexMethod) -> Model:
    """Fit, calibrate and measure a classifier.

    `texts` are different from one another; `labels` says which categories each is of, shape (texts, categories);
    `filed` which of them people have labelled, shape (texts,). Every category has at least two examples (`training`
    sees to more). The order of the examples plays no part.
    """
    texts, labels, filed = _in_order(texts, labels, filed)
    counts = count_features(pl.Series(texts), all_columns(method.text_features), method.text_run_letters)
    folds = assign_folds(labels, method.classifier_folds, method.classifier_seed)
    scores = np.empty(labels.shape)
    for fold in range(method.classifier_folds):
        fitted = _fit(counts[np.flatnonzero(folds != fold)], labels[folds != fold], method)
        scores[folds == fold] = fitted.scores(counts[np.flatnonzero(folds == fold)][:, fitted.known])
    like_items = _like_items(labels, filed, method.min_calibration_labels)
    calibration = _calibrate(scores[like_items], labels[like_items])
    return Model(
        model_version(texts, labels, filed, method),
        _thresholds(calibration.probabilities(scores[like_items]), labels[like_items]),
        labels[like_items].mean(axis=0),
        _measure(scores, labels, folds, like_items),
        _fit(counts, labels, method),
        calibration,
        method.text_run_letters,
    )


def model_version(texts: Sequence[str], labels: Flags, filed: Flags, method: IndexMethod) -> str:
    """The version of the model that `train` makes of the same, without making it."""
    texts, labels, filed = _in_order(texts, labels, filed)
    described: dict[str, Any] = {
        "examples": [
            [text, np.flatnonzero(of_text).tolist(), by_people]
            for text, of_text, by_people in zip(texts, labels, filed.tolist(), strict=True)
        ],
        "parameters": {name: getattr(method, name) for name in PARAMETERS},
        "code": [(files("assets.methods.text") / name).read_text(encoding="utf-8") for name in CODE],
        "scikit-learn": version("scikit-learn"),
    }
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


def _in_order(texts: Sequence[str], labels: Flags, filed: Flags) -> tuple[list[str], Flags, Flags]:
    order = sorted(range(len(texts)), key=texts.__getitem__)
    return [texts[row] for row in order], labels[order], filed[order]


def assign_folds(labels: Flags, folds: int, seed: int) -> Integers:
    """Fold of each example, shape (examples,), with every category spread evenly over the folds.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): the rarest category first, each of its examples to
    the fold that has fewest of it; examples of none last.
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    kinds = np.column_stack([labels, ~labels.any(axis=1)])
    chosen = np.full(len(labels), -1)
    sizes = np.zeros((folds, kinds.shape[1] + 1), dtype=int)
    for kind in np.argsort(kinds.sum(axis=0), kind="stable"):
        for example in shuffled[kinds[shuffled, kind] & (chosen[shuffled] < 0)]:
            fold = np.lexsort((sizes[:, -1], sizes[:, kind]))[0]
            chosen[example] = fold
            sizes[fold, :-1] += kinds[example]
            sizes[fold, -1] += 1
    return chosen


@dataclass(frozen=True)
class Linear:
    """Weights of the words, before calibration."""

    known: Integers
    """The hashed features that the examples have; what else a text has is passed over."""
    columns: Columns
    """Where each hashed feature stands among the known; -1 where it does not."""
    weighting: TfidfTransformer
    weights: Floats
    """Shape (known, categories)."""
    intercepts: Floats

    def scores(self, counts: csr_array) -> Floats:
        """Log odds before calibration, shape (texts, categories), from the counts of the known features."""
        return self.weighting.transform(counts) @ self.weights + self.intercepts


def _fit(counts: csr_array, labels: Flags, method: IndexMethod) -> Linear:
    known = np.unique(counts.indices)
    columns = np.full(method.text_features, -1, dtype=np.int32)
    columns[known] = np.arange(len(known))
    weighting = TfidfTransformer(sublinear_tf=True)
    weighted = weighting.fit_transform(counts[:, known])
    # The solver makes no random choice, and uses one thread: the same examples give the same weights to the last bit.
    fitted = [
        LogisticRegression(C=1 / method.text_regularisation, class_weight="balanced", solver="liblinear").fit(
            weighted, of_category
        )
        for of_category in labels.T
    ]
    weights = np.column_stack([model.coef_[0] for model in fitted])
    return Linear(known, columns, weighting, weights, np.array([model.intercept_[0] for model in fitted]))


@dataclass(frozen=True)
class Calibration:
    """Sigmoid of a line for each category: never falling as the score rises."""

    slopes: Floats
    intercepts: Floats

    def log_odds(self, scores: Floats) -> Floats:
        """From scores to calibrated log odds, shape (texts, categories)."""
        return scores * self.slopes + self.intercepts

    def probabilities(self, scores: Floats) -> Floats:
        """From scores to calibrated probabilities, shape (texts, categories)."""
        return 1 / (1 + np.exp(-self.log_odds(scores)))


def _like_items(labels: Flags, filed: Flags, enough: int) -> Flags:
    """The examples to calibrate on: those people have filed, or all where a category, or its absence, has too few."""
    there = labels[filed].sum(axis=0)
    return filed if min(there.min(), (filed.sum() - there).min()) >= enough else np.ones(len(labels), dtype=bool)


def _calibrate(scores: Floats, labels: Flags) -> Calibration:
    slopes, intercepts = np.empty(scores.shape[1]), np.empty(scores.shape[1])
    for category in range(scores.shape[1]):
        line = LogisticRegression(solver="newton-cholesky").fit(scores[:, [category]], labels[:, category])
        slopes[category], intercepts[category] = line.coef_[0, 0], line.intercept_[0]
        if slopes[category] < 0:
            # Scores that tell nothing: the share of the category is all that can be said.
            share = labels[:, category].mean()
            slopes[category], intercepts[category] = 0.0, np.log(share / (1 - share))
    return Calibration(slopes, intercepts)


def _thresholds(probabilities: Floats, labels: Flags) -> Floats:
    """The thresholds with the best F1; each lies half way between the examples that it parts."""
    chosen = np.empty(probabilities.shape[1])
    for category in range(probabilities.shape[1]):
        precision, recall, cuts = precision_recall_curve(labels[:, category], probabilities[:, category])
        f1 = 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)
        best = int(np.argmax(f1[:-1]))
        below = probabilities[:, category][probabilities[:, category] < cuts[best]].max(initial=0.0)
        chosen[category] = (below + cuts[best]) / 2
    return chosen


def _measure(scores: Floats, labels: Flags, folds: Integers, like_items: Flags) -> HeldOut:
    """Each fold by the calibration and thresholds of those examples in the others that are like items."""
    probabilities = np.empty(scores.shape)
    predicted = np.empty(scores.shape, dtype=bool)
    for fold in np.unique(folds):
        inside = folds == fold
        others = ~inside & like_items
        calibration = _calibrate(scores[others], labels[others])
        thresholds = _thresholds(calibration.probabilities(scores[others]), labels[others])
        probabilities[inside] = calibration.probabilities(scores[inside])
        predicted[inside] = probabilities[inside] >= thresholds
    return HeldOut(labels, probabilities, predicted)
