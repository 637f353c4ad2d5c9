"""Record linkage: which known organisation a name that no exact rule matched most probably is.

What belongs here: the Fellegi-Sunter model (splink's), its probabilities, and the choice among what it proposes.
What does not: exact rules and the choice of candidates, which are queries.
Nothing is estimated: probabilities are fixed, so that a month's links do not move with the month's other records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from splink import SettingsCreator

Probabilities = tuple[float, float]


@dataclass(frozen=True)
class LinkageModel:
    """Probabilities of the model [all ours]; a pair is (m, u).

    m is the share of pairs of one organisation at this level of agreement, u that of pairs of two organisations. They
    are round figures for a register of some eight million names: for example, u of a shared postcode is about the
    number of organisations at a usual postcode over all of them. Their sums are 1 over the levels of a comparison.
    """

    prior: float = 1e-7
    """Share of all pairs that are of one organisation."""
    name_same: Probabilities = (0.55, 1e-6)
    """Names are equal."""
    name_reordered: Probabilities = (0.10, 1e-6)
    """Names have the same words in another order."""
    name_close: Probabilities = (0.20, 5e-6)
    """Jaro-Winkler similarity of the names is at least `close_similarity`."""
    name_near: Probabilities = (0.10, 2e-5)
    """Jaro-Winkler similarity of the names is at least `near_similarity`."""
    name_other: Probabilities = (0.05, 1 - 2.7e-5)
    """Any other two names."""
    close_similarity: float = 0.95
    """See name_close."""
    near_similarity: float = 0.90
    """See name_near."""
    postcode_same: Probabilities = (0.50, 1e-5)
    """Postcodes are equal."""
    sector_same: Probabilities = (0.10, 2e-4)
    """Postcodes are of one sector."""
    district_same: Probabilities = (0.15, 1e-3)
    """Postcodes are of one district."""
    postcode_other: Probabilities = (0.25, 1 - 1.21e-3)
    """Any other two postcodes; a missing one says nothing."""
    rare_token_shared: Probabilities = (0.60, 1e-4)
    """Names share a rare word."""
    rare_token_other: Probabilities = (0.40, 1 - 1e-4)
    """Names share none."""


OURS = LinkageModel()
"""The model in use. Similar names are linked where they share a postcode or, close together, a rare word."""


def link(candidates: pl.DataFrame, threshold: float, model: LinkageModel = OURS) -> pl.DataFrame:
    """Link unmatched records to known organisations.

    Takes `dataset`, `record_key` (null for known names), `organisation_id` (null for records), `normalised_name`,
    `postcode` (or null), `rare_tokens` (list of words). Pairs are compared where they share the postcode district and
    the first three letters, or a rare word. Gives `dataset`, `record_key`, `organisation_id`, `match_probability` for
    each record with a pair of at least `threshold`: the most probable organisation; where two are equally so, none,
    since nothing tells them apart. Does not depend on the order of rows. Source: record linkage stated, model ours.
    """
    features = _features(candidates)
    is_record = pl.col("dataset").is_not_null()
    names = ["normalised_name", "postcode"]
    records = features.filter(is_record).unique(names).sort(names).with_row_index("unique_id")
    known = features.filter(~is_record).sort("organisation_id", *names).with_row_index("unique_id")
    # The model is never certain: a threshold of 1 asks for no links, and splink cannot state it.
    is_possible = records.height > 0 and known.height > 0 and threshold < 1
    pairs = _predict(records, known, threshold, model) if is_possible else _NO_PAIRS
    best = (
        pairs.join(known.select(known_id="unique_id", linked_id="organisation_id"), on="known_id")
        .group_by("record_id", "linked_id")
        .agg(pl.col("match_probability").max())
        .filter(pl.col("match_probability") == pl.col("match_probability").max().over("record_id"))
        .filter(pl.len().over("record_id") == 1)
        .join(records.select("unique_id", *names), left_on="record_id", right_on="unique_id")
    )
    return (
        candidates.filter(is_record)
        .join(best, on=names, nulls_equal=True)
        .select("dataset", "record_key", organisation_id="linked_id", match_probability="match_probability")
        .sort("dataset", "record_key")
    )


_NO_PAIRS = pl.DataFrame(schema={"record_id": pl.UInt32, "known_id": pl.UInt32, "match_probability": pl.Float64})


def _features(candidates: pl.DataFrame) -> pl.DataFrame:
    name, postcode = pl.col("normalised_name"), pl.col("postcode")
    return candidates.with_columns(
        name.str.split(" ").list.sort().list.join(" ").alias("words"),
        name.str.head(3).alias("initial"),
        postcode.str.head(-2).alias("sector"),
        postcode.str.extract(r"^(\S+)").alias("district"),
    )


def _predict(records: pl.DataFrame, known: pl.DataFrame, threshold: float, model: LinkageModel) -> pl.DataFrame:
    """Pairs of at least the threshold: `record_id`, `known_id`, `match_probability`."""
    from splink import DuckDBAPI, Linker

    database = DuckDBAPI(":memory:")
    columns = ["unique_id", "normalised_name", "words", "initial", "postcode", "sector", "district", "rare_tokens"]
    # splink puts the names of its tables in order: "known" is its left side, "record" its right.
    tables = [
        database.register(frame.select(columns).to_arrow(), dataset_display_name=name)
        for name, frame in (("known", known), ("record", records))
    ]
    linker = Linker(tables, settings(model), log_level=None)
    predicted = linker.inference.predict(threshold_match_probability=threshold)
    pairs = pl.DataFrame(pl.from_arrow(predicted.as_pyarrow_table()))
    return pairs.select(
        record_id=pl.col("unique_id_r").cast(pl.UInt32),
        known_id=pl.col("unique_id_l").cast(pl.UInt32),
        match_probability="match_probability",
    )


def settings(model: LinkageModel) -> SettingsCreator:
    """The model as splink's settings."""
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    def given(level: Any, probabilities: Probabilities) -> Any:
        return level.configure(m_probability=probabilities[0], u_probability=probabilities[1])

    name = comparisons.CustomComparison(
        output_column_name="normalised_name",
        comparison_levels=[
            levels.NullLevel("normalised_name"),
            given(levels.ExactMatchLevel("normalised_name"), model.name_same),
            given(levels.ExactMatchLevel("words"), model.name_reordered),
            given(levels.JaroWinklerLevel("normalised_name", model.close_similarity), model.name_close),
            given(levels.JaroWinklerLevel("normalised_name", model.near_similarity), model.name_near),
            given(levels.ElseLevel(), model.name_other),
        ],
    )
    place = comparisons.CustomComparison(
        output_column_name="postcode",
        comparison_levels=[
            levels.NullLevel("postcode"),
            given(levels.ExactMatchLevel("postcode"), model.postcode_same),
            given(levels.ExactMatchLevel("sector"), model.sector_same),
            given(levels.ExactMatchLevel("district"), model.district_same),
            given(levels.ElseLevel(), model.postcode_other),
        ],
    )
    rare_tokens = comparisons.CustomComparison(
        output_column_name="rare_tokens",
        comparison_levels=[
            levels.NullLevel("rare_tokens"),
            given(levels.ArrayIntersectLevel("rare_tokens", 1), model.rare_token_shared),
            given(levels.ElseLevel(), model.rare_token_other),
        ],
    )
    return SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=model.prior,
        comparisons=[name, place, rare_tokens],
        blocking_rules_to_generate_predictions=[
            block_on("district", "initial"),
            block_on("rare_tokens", arrays_to_explode=["rare_tokens"]),
        ],
        retain_matching_columns=False,
        linker_uid="organisations",
    )
