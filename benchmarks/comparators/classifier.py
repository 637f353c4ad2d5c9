"""How fast the classifier scores texts, in how much memory, and against the plain route of scikit-learn.

    python -m benchmarks.comparators.classifier [--texts 1000000] [--plain-texts 100000]

The texts are of 60 words, two in three from the shipped examples. The plain route is TfidfVectorizer and
OneVsRestClassifier(LogisticRegression) with predict_proba, over the first of the same texts: with words alone, as it
comes, and with the runs of letters that ours has too. The time of making texts is left out.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from assets.innovation_index.steps.classification import BATCH_ROWS
from assets.innovation_index.training import EXAMPLES_SCHEMA, training_examples
from assets.method import IndexMethod
from assets.methods.text.classifier import train

WORDS_A_TEXT = 60
SHARE_OF_OTHER_WORDS = 1 / 3
SEED = 1


def main() -> None:
    """Measure both routes and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--plain-texts", type=int, default=100_000)
    asked = parser.parse_args()
    examples = training_examples(pl.DataFrame(schema=EXAMPLES_SCHEMA), None, IndexMethod())
    started = time.monotonic()
    model = train(examples.texts, examples.labels, examples.filed, IndexMethod())
    print(f"training on {len(examples.texts)} examples: {time.monotonic() - started:.1f} s")
    model.score(["compiled once"])
    seconds, cpu = _seconds(model.score, _batches(examples.texts, asked.texts))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.texts} texts: {seconds:.1f} s, {cpu:.1f} s of CPU, {asked.texts / seconds:.0f} a second")
    print(f"peak memory: {peak:.0f} MB")
    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4))
    routes = {"words": TfidfVectorizer(), "words and runs": make_union(TfidfVectorizer(), runs)}
    for name, features in routes.items():
        plain = make_pipeline(features, OneVsRestClassifier(LogisticRegression()))
        plain.fit(examples.texts, examples.labels.astype(int))
        clock, plain_cpu = _seconds(plain.predict_proba, _batches(examples.texts, asked.plain_texts))
        times = (plain_cpu / asked.plain_texts) / (cpu / asked.texts)
        print(f"plain route, {name}, {asked.plain_texts} texts: {clock:.1f} s, {plain_cpu:.1f} s of CPU")
        print(f"    CPU a text, against ours: {times:.1f}")


def _seconds(score: Callable[[Any], Any], batches: Iterator[pl.Series]) -> tuple[float, float]:
    """Seconds on the clock, and seconds of CPU, which others on the machine lengthen less."""
    clock = cpu = 0.0
    for batch in batches:
        started, cpu_before = time.monotonic(), time.process_time()
        score(batch)
        clock += time.monotonic() - started
        cpu += time.process_time() - cpu_before
    return clock, cpu


def _batches(examples: list[str], texts: int) -> Iterator[pl.Series]:
    random = np.random.default_rng(SEED)
    known = " ".join(examples).split()
    letters = np.array(list("aeioubcdfglmnprst"))
    others = ["".join(random.choice(letters, random.integers(3, 11))) for _ in range(20_000)]
    for start in range(0, texts, BATCH_ROWS):
        shape = (min(BATCH_ROWS, texts - start), WORDS_A_TEXT)
        number = np.where(
            random.random(shape) < SHARE_OF_OTHER_WORDS,
            len(known) + random.integers(0, len(others), shape),
            random.integers(0, len(known), shape),
        )
        words = [*known, *others]
        yield pl.Series([" ".join([words[at] for at in row]) for row in number.tolist()])


if __name__ == "__main__":
    main()
