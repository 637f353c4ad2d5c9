"""Which examples the classifier learns from: shipped ones, labels of people over them, and when they are too few."""

from __future__ import annotations

import polars as pl
import pytest

from assets.innovation_index.training import EXAMPLES_SCHEMA, SEEDS_FILE, seed_examples, training_examples
from assets.method import IndexMethod
from assets.methods.text.classifier import train
from assets.reference import CATEGORIES

METHOD = IndexMethod()
DROP = "training_labels/2025-05.csv"


def labelled(*rows: tuple[str, list[str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=EXAMPLES_SCHEMA, orient="row")


def test_the_shipped_examples_are_many_and_differ() -> None:
    seeds = seed_examples()
    single = seeds.filter(pl.col("categories").list.len() == 1)["categories"].list.first().value_counts()
    assert dict(single.iter_rows()).keys() == set(CATEGORIES)
    assert single["count"].min() >= 110  # type: ignore[operator]
    assert seeds.filter(pl.col("categories").list.len() > 1).height >= 100
    assert seeds.filter(pl.col("categories").list.len() == 0).height >= 400
    assert seeds["text"].str.to_lowercase().n_unique() == seeds.height
    assert seeds["text"].str.split(" ").list.len().is_between(2, 60).all()


def test_a_label_takes_the_place_of_a_shipped_example_and_a_later_label_of_an_earlier() -> None:
    seeds = seed_examples()
    text = seeds["text"][0]
    examples = training_examples(
        labelled(
            (f"  {text.upper()} ", ["Clean Growth"]),
            ("A new text", ["AI and Data"]),
            ("a  NEW text", []),
            ("a new text", []),
        ),
        DROP,
        METHOD,
    )
    assert len(examples.texts) == seeds.height + 1
    by_text = dict(zip(examples.texts, examples.labels.tolist(), strict=True))
    assert by_text[f"  {text.upper()} "] == [category == "Clean Growth" for category in CATEGORIES]
    assert text not in by_text
    assert by_text["a new text"] == [False] * 5
    assert (examples.from_seeds, examples.from_labels) == (seeds.height - 1, 2)
    filed = {text for text, by_people in zip(examples.texts, examples.filed, strict=True) if by_people}
    assert filed == {f"  {text.upper()} ", "a new text"}
    assert (examples.corrected, examples.contradicted) == (1, 1)


def test_a_correction_changes_the_next_model() -> None:
    text = "Moss removal from north-facing patios by friendly people"
    before = training_examples(labelled(), None, METHOD)
    after = training_examples(labelled((text, ["Clean Growth"])), DROP, METHOD)
    old, new = (train(examples.texts, examples.labels, examples.filed, METHOD) for examples in (before, after))
    clean_growth = CATEGORIES.index("Clean Growth")
    assert old.version != new.version
    assert old.score([text])[0, clean_growth] < old.thresholds[clean_growth]
    assert new.score([text])[0, clean_growth] >= new.thresholds[clean_growth]


def test_too_few_examples_name_category_count_file_and_remedy() -> None:
    four = [(f"Text number {number} of a subject", ["Ageing Society"]) for number in range(4)]
    others = [
        (f"{category} {n}", [category]) for category in CATEGORIES if category != "Ageing Society" for n in "abcde"
    ]
    with pytest.raises(ValueError) as error:
        training_examples(labelled(*four, *others), DROP, IndexMethod(use_seed_examples=False))
    assert str(error.value) == (
        f"too few training examples in {DROP}: Ageing Society has 4; expected at least 5 of every category "
        "(min_class_examples): file a drop of training_labels with more texts of it, or let the shipped examples be "
        "used (use_seed_examples)"
    )
    with pytest.raises(ValueError, match=f"in {SEEDS_FILE} and {DROP}: AI and Data has .*expected at least 999"):
        training_examples(labelled(*four), DROP, IndexMethod(min_class_examples=999))
    with pytest.raises(ValueError, match="in no file"):
        training_examples(labelled(), None, IndexMethod(use_seed_examples=False))


def test_five_examples_of_each_category_are_enough() -> None:
    rows = [(f"{category} text {letter * 3}", [category]) for category in CATEGORIES for letter in "abcde"]
    examples = training_examples(labelled(*rows), DROP, IndexMethod(use_seed_examples=False))
    model = train(examples.texts, examples.labels, examples.filed, METHOD)
    assert model.score(["clean growth text"]).argmax() == CATEGORIES.index("Clean Growth")
