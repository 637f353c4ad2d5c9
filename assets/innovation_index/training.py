"""What the classifier learns from: the shipped examples, and the labels that people have filed.

What belongs here: which examples, which of two that contradict each other, whether they are enough. What does not:
reading a drop (`assets/sources`), fitting (`classifier`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.method import IndexMethod
from assets.reference import CATEGORIES, category_of

SEEDS_FILE = "assets/innovation_index/data/seed_examples.csv"
EXAMPLES_SCHEMA = pl.Schema({"text": pl.String(), "categories": pl.List(pl.String())})
"""A frame of examples: a text, and the categories it is of, an empty list where it is of none."""


@dataclass(frozen=True)
class Examples:
    """Texts that differ, and what they are."""

    texts: list[str]
    labels: NDArray[np.bool_]
    """Shape (texts, categories)."""
    filed: NDArray[np.bool_]
    """Which of them people have labelled, shape (texts,); the others are shipped."""
    corrected: int
    """Shipped examples whose text people have labelled anew."""
    contradicted: int
    """Rows of labels that a later row of the same text took the place of, with other categories."""

    @property
    def from_labels(self) -> int:
        """Examples that people have labelled."""
        return int(self.filed.sum())

    @property
    def from_seeds(self) -> int:
        """Shipped examples."""
        return len(self.texts) - self.from_labels


def seed_examples() -> pl.DataFrame:
    """The shipped examples, hand-written for this project (EXAMPLES_SCHEMA).

    Raises ValueError naming the row for a category that is none of the five.
    """
    content = (files("assets.innovation_index") / "data" / "seed_examples.csv").read_bytes()
    rows = pl.read_csv(content, infer_schema=False).with_columns(pl.col("categories").fill_null(""))
    lists = []
    for row, listed in enumerate(rows["categories"], start=2):
        names = [part for part in listed.split(",") if part.strip()]
        categories = [category_of(name) for name in names]
        if not set(categories) <= set(CATEGORIES):
            raise ValueError(
                f"{SEEDS_FILE}, row {row}, column categories: the value is {listed!r}; expected categories of "
                f"{', '.join(CATEGORIES)}, separated by commas: correct the file"
            )
        lists.append(categories)
    return pl.DataFrame({"text": rows["text"], "categories": lists}, schema=EXAMPLES_SCHEMA)


def training_examples(labels: pl.DataFrame, labels_path: str | None, method: IndexMethod) -> Examples:
    """The shipped examples, unless the method leaves them out, and labels of people over them.

    `labels` in the order of their file (EXAMPLES_SCHEMA); `labels_path` is that file, for messages, None where there is
    none. Texts are the same where they differ in case and spaces alone: a label takes the place of a shipped example,
    a later label that of an earlier. Raises ValueError where a category has fewer examples than `min_class_examples`.
    """
    seeds = seed_examples() if method.use_seed_examples else pl.DataFrame(schema=EXAMPLES_SCHEMA)
    of_seeds, _ = _last_of_each_text(seeds)
    of_labels, contradicted = _last_of_each_text(labels)
    chosen = {**of_seeds, **of_labels}
    texts = [text for text, _ in chosen.values()]
    flags = np.array([[name in categories for name in CATEGORIES] for _, categories in chosen.values()], dtype=bool)
    examples = Examples(
        texts,
        flags.reshape(-1, len(CATEGORIES)),
        filed=np.array([bare in of_labels for bare in chosen], dtype=bool),
        corrected=len(of_seeds) + len(of_labels) - len(chosen),
        contradicted=contradicted,
    )
    sources = [SEEDS_FILE] * method.use_seed_examples + [labels_path] * (labels_path is not None)
    _check_enough(examples, sources, method.min_class_examples)
    return examples


def _last_of_each_text(examples: pl.DataFrame) -> tuple[dict[str, tuple[str, frozenset[str]]], int]:
    """By the text without case and spaces, the text and its categories; and how many a later row contradicted."""
    chosen: dict[str, tuple[str, frozenset[str]]] = {}
    contradicted = 0
    for text, listed in examples.iter_rows():
        bare, categories = " ".join(text.split()).casefold(), frozenset(listed)
        contradicted += bare in chosen and chosen[bare][1] != categories
        chosen[bare] = (text, categories)
    return chosen, contradicted


def _check_enough(examples: Examples, sources: Sequence[str | None], needed: int) -> None:
    counts = examples.labels.sum(axis=0)
    few = [f"{name} has {count}" for name, count in zip(CATEGORIES, counts, strict=True) if count < needed]
    if few:
        read = " and ".join(str(source) for source in sources) or "no file (there is no drop of training_labels)"
        raise ValueError(
            f"too few training examples in {read}: {', '.join(few)}; expected at least {needed} of every category "
            "(min_class_examples): file a drop of training_labels with more texts of it, or let the shipped examples "
            "be used (use_seed_examples)"
        )
