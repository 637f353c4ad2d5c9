"""The step that classifies: this month's model, how good it is, and the categories of every item.

What belongs here: reading examples and texts, calling the classifier, handing its frames back, what a person is told.
What does not: fitting and scoring (`classifier`), which examples count (`training`), where items are (`items`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from assets.method import IndexMethod
from assets.methods.text.prevalence import Decision, adjust_to_month, keep_mixture, tally
from assets.reference import CATEGORIES
from assets.sources import USUAL_BOUNDS, Bounds, text_batches
from assets.warehouse.inputs import inputs_of
from assets.warehouse.markdown import markdown_table
from assets.warehouse.rows import as_declared
from assets.warehouse.steps import Rows, Step, StepContext

if TYPE_CHECKING:
    from assets.innovation_index.training import Examples
    from assets.methods.text.classifier import Model

MODELS, QUALITY, ITEM_CATEGORIES = (
    "innovation_index.models",
    "innovation_index.model_quality",
    "innovation_index.item_categories",
)
TEXTS_OF_KIND = {"business": ("businesses", "rtic_companies"), "event": ("events",), "paper": ("publications",)}
"""The datasets that a kind's texts may be in: the first that the month has a drop of."""
TextsOf = Callable[[Mapping[str, Any], Path, int], Iterator[pl.DataFrame]]
"""The texts of a drop (its row of sources.drops, a folder to work in, rows at a time)."""
BATCH_ROWS = 20_000
"""Texts scored at a time: a matter of memory alone."""
SHOWN_DECIMALS = 3
_LAST_TRAINED: dict[str, Model] = {}
"""The model that this process trained last, by its version."""


LINEAGE = {
    f"{MODELS}.label_examples": ["sources.training_labels.text_sha256"],
    f"{MODELS}.texts_scored": ["innovation_index.items.source_key"],
    f"{QUALITY}.category": ["sources.training_labels.category"],
    f"{ITEM_CATEGORIES}.item_id": ["innovation_index.items.item_id", "sources.activity_points.item_id"],
    f"{ITEM_CATEGORIES}.category": ["sources.training_labels.category", "sources.activity_points.category"],
}


def classify_step(sources: str, bounds: Bounds = USUAL_BOUNDS) -> Step:
    """The step that classifies the month's items; `sources` is the folder or address that texts are read from, within
    bounds."""

    def classify(context: StepContext) -> Rows:
        drops = {row["dataset"]: row for row in context.input("drops").iter_rows(named=True)}
        if "activity_points" in drops:
            return _taken_over(context, drops["activity_points"])
        texts = {
            kind: next(drops[name] for name in datasets if name in drops)
            for kind, datasets in TEXTS_OF_KIND.items()
            if any(name in drops for name in datasets)
        }
        items = context.input("items")
        if items.is_empty() or not texts:
            context.report.say("no item of the month has a text to classify: the classifier is not run")
            return _rows()
        texts_of = functools.partial(text_batches, sources, bounds=bounds)
        return _classified(context, texts_of, drops, texts, items)

    return Step(
        name="classify",
        tables=(MODELS, QUALITY, ITEM_CATEGORIES),
        reads=(
            "sources.drops",
            "sources.training_labels",
            "sources.activity_points",
            "innovation_index.items",
        ),
        per_profile=False,
        inputs=inputs_of("innovation_index", ("drops", "items", "labels", "classified_elsewhere")),
        compute=classify,
        description=(
            "Trains the classifier on the shipped examples and the labels that people have filed, measures it on "
            "examples it has not seen, and says which of the five categories each item is of. Texts are read from the "
            "month's drops, classified and forgotten. Where there is a drop of activity_points its categories are "
            "taken over, and the classifier is not run."
        ),
        lineage=LINEAGE,
    )


def _taken_over(context: StepContext, drop: Mapping[str, Any]) -> Rows:
    categories = context.input("classified_elsewhere", as_of=drop["as_of"])
    context.report.say(f"categories are those of {drop['path']}: the classifier is not run")
    context.report.figure("items a category", _counts(categories))
    return _rows(categories=categories)


def _classified(
    context: StepContext,
    texts_of: TextsOf,
    drops: Mapping[str, Mapping[str, Any]],
    texts: Mapping[str, Mapping[str, Any]],
    items: pl.DataFrame,
) -> Rows:
    from assets.innovation_index.training import training_examples

    labels_drop = drops.get("training_labels")
    labels = _labels(context, texts_of, labels_drop)
    examples = training_examples(labels, labels_drop["path"] if labels_drop else None, context.method.index)
    model = _trained(examples, context.method.index)
    scores = [
        _scores(batch, model).with_columns(kind=pl.lit(kind))
        for kind, batch in _texts_of_items(context, texts_of, texts, items)
    ]
    scored = sum(batch.height for batch in scores)
    decision = _decide(scores, model, context.method.index)
    categories = (
        items.join(pl.concat(_taken(batch, decision) for batch in scores), on=["kind", "source_key"]).select(
            "item_id", "category", "probability"
        )
        if scores
        else as_declared(ITEM_CATEGORIES, pl.DataFrame())
    )
    quality = model.held_out.quality.select(pl.Series("category", CATEGORIES), pl.all()).with_columns(
        threshold=decision.thresholds, prevalence=decision.prevalence, expected_f1=decision.expected_f1
    )
    models = pl.DataFrame(
        {
            "model_version": [model.version],
            "seed_examples": [examples.from_seeds],
            "label_examples": [examples.from_labels],
            "held_out_examples": [len(examples.texts)],
            "macro_f1": [model.held_out.macro_f1],
            "texts_scored": [scored],
        }
    )
    _tell(context, examples, model, quality, scored, categories)
    return _rows(models, quality, categories.sort("item_id", "category"))


def _trained(examples: Examples, method: IndexMethod) -> Model:
    """The model of examples; the last one is kept, since months that are made together mostly learn from the same."""
    from assets.methods.text.classifier import model_version, train

    given = examples.texts, examples.labels, examples.filed, method
    version = model_version(*given)
    if version not in _LAST_TRAINED:
        model = train(*given)
        _LAST_TRAINED.clear()
        _LAST_TRAINED[version] = model
    return _LAST_TRAINED[version]


def _labels(context: StepContext, texts_of: TextsOf, drop: Mapping[str, Any] | None) -> pl.DataFrame:
    """Text and categories of each label, in the order of the drop; none without a drop."""
    from assets.innovation_index.training import EXAMPLES_SCHEMA

    if drop is None:
        return pl.DataFrame(schema=EXAMPLES_SCHEMA)
    categories = context.input("labels", as_of=drop["as_of"])
    texts = pl.concat(texts_of(drop, context.scratch, BATCH_ROWS))
    labelled = texts.with_columns(row_number=pl.col("key").cast(pl.Int64)).join(categories, on="row_number")
    return labelled.sort("row_number").select("text", pl.col("categories").fill_null([]))


def _texts_of_items(
    context: StepContext, texts_of: TextsOf, texts: Mapping[str, Mapping[str, Any]], items: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Kind, and frames of source_key and text; a text that several items share comes once, others not at all."""
    for kind, drop in texts.items():
        wanted = items.filter(pl.col("kind") == kind).select("source_key").unique()
        for batch in texts_of(drop, context.scratch, BATCH_ROWS):
            needed = batch.rename({"key": "source_key"}).join(wanted, on="source_key", how="semi")
            if needed.height:
                yield kind, needed


def _scores(batch: pl.DataFrame, model: Model) -> pl.DataFrame:
    """source_key, and a column of log odds for each category: all that is kept of a text until the month is decided."""
    log_odds = pl.DataFrame(model.log_odds(batch["text"]), schema=dict.fromkeys(CATEGORIES, pl.Float64))
    return batch.select("source_key").hstack(log_odds.cast(pl.Float32))


def _decide(scores: Sequence[pl.DataFrame], model: Model, method: IndexMethod) -> Decision:
    """For the month's mixture, or for that of the examples where the method says so or texts are too few to tell."""
    tallies = (tally(batch.select(CATEGORIES).to_numpy()) for batch in scores)
    counts = sum(tallies, start=tally(np.empty((0, len(CATEGORIES)))))
    if method.adjust_prevalence and sum(batch.height for batch in scores) >= method.min_prevalence_texts:
        return adjust_to_month(counts, model.shares)
    return keep_mixture(counts, model.thresholds)


def _taken(scores: pl.DataFrame, decision: Decision) -> pl.DataFrame:
    """kind, source_key, category and probability in the month wherever it reaches the threshold."""
    frames = []
    for category, shift, threshold in zip(CATEGORIES, decision.shifts, decision.thresholds, strict=True):
        log_odds = pl.col(category).cast(pl.Float64) + shift
        rows = scores.select("kind", "source_key", category=pl.lit(category), probability=1 / (1 + (-log_odds).exp()))
        frames.append(rows.filter(pl.col("probability") >= threshold))
    return pl.concat(frames)


def _tell(
    context: StepContext,
    examples: Examples,
    model: Model,
    quality: pl.DataFrame,
    scored: int,
    categories: pl.DataFrame,
) -> None:
    from assets.innovation_index.reports import held_out_png

    report = context.report
    report.figure("macro F1", model.held_out.macro_f1)
    report.figure("model version", model.version)
    report.figure("texts scored", scored)
    report.figure("quality", _rounded(quality))
    report.figure("confusion", model.held_out.confusion(CATEGORIES))
    report.figure("items a category", _counts(categories))
    report.page("model card", _card(context, examples, model, quality))
    report.picture("held-out examples", held_out_png(model.held_out))
    if examples.corrected:
        report.say(f"{examples.corrected} shipped examples are labelled anew by people")
    if examples.contradicted:
        report.say(f"{examples.contradicted} labels are contradicted by a later row of the same text, which is taken")


def _card(context: StepContext, examples: Examples, model: Model, quality: pl.DataFrame) -> str:
    """The month's model card; what holds for every month is docs/model-card.md."""
    return "\n\n".join(
        [
            f"**Classifier of {context.month}**, version `{model.version}`",
            f"Learned from {examples.from_seeds} shipped examples and {examples.from_labels} labels of people. Figures "
            f"are of all {len(examples.texts)}, each scored by a model that had not seen it, with a calibration and "
            f"threshold chosen on others. Macro F1 {model.held_out.macro_f1:.{SHOWN_DECIMALS}f}.",
            markdown_table(_rounded(quality)),
            "Precision, recall and F1 are in the mixture of the examples. `threshold`, `prevalence` and `expected_f1` "
            "are of the month's texts: prevalence is estimated from them, and expected_f1 follows from their "
            "probabilities; neither is measured.",
            "Examples labelled with a category (rows) that were taken for it, or wrongly for another (columns):",
            markdown_table(model.held_out.confusion(CATEGORIES)),
            "Examples are few and tidier than most texts: expect less on texts unlike them. To correct the model, file "
            "a drop of `training_labels` with texts and their right categories; the next month learns from it.",
        ]
    )


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float64).round(SHOWN_DECIMALS))


def _counts(categories: pl.DataFrame) -> pl.DataFrame:
    return categories.group_by("category").len("items").sort("category")


def _rows(
    models: pl.DataFrame | None = None, quality: pl.DataFrame | None = None, categories: pl.DataFrame | None = None
) -> Rows:
    """A frame for each table, empty where none is given."""
    made = {MODELS: models, QUALITY: quality, ITEM_CATEGORIES: categories}
    return {table: as_declared(table, pl.DataFrame()) if frame is None else frame for table, frame in made.items()}
