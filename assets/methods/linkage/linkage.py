"""Record linkage: which known organisation a name that no exact rule matched most probably is.

What belongs here: the Fellegi-Sunter model (splink's), and the choice among what it proposes. What does not: its
probabilities, which are the profile's; exact rules and the choice of candidates, which are queries.
Nothing is estimated: probabilities are fixed, so that a month's links do not move with the month's other records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from assets.method import LinkageMethod, Probabilities

if TYPE_CHECKING:
    from splink import SettingsCreator


def link(candidates: pl.DataFrame, threshold: float, method: LinkageMethod) -> pl.DataFrame:
    """Link unmatched records to known organisations.

    Takes `dataset`, `record_key` (null for known names), `organisation_id` (null for records), `normalised_name`,
    `postcode` (or null), `rare_tokens` (list of words). Pairs are compared where they share the postcode district and
    the first letters, or a rare word. Gives `dataset`, `record_key`, `organisation_id`, `match_probability` for
    each record with a pair of at least `threshold`: the most probable organisation; where two are equally so, none,
    since nothing tells them apart. Does not depend on the order of rows. Source: record linkage stated, model ours.
    """
    features = _features(candidates, method.link_initial_letters)
    is_record = pl.col("dataset").is_not_null()
    names = ["normalised_name", "postcode"]
    records = features.filter(is_record).unique(names).sort(names).with_row_index("unique_id")
    known = features.filter(~is_record).sort("organisation_id", *names).with_row_index("unique_id")
    # The model is never certain: a threshold of 1 asks for no links, and splink cannot state it.
    is_possible = records.height > 0 and known.height > 0 and threshold < 1
    pairs = _predict(records, known, threshold, method) if is_possible else _NO_PAIRS
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


def _features(candidates: pl.DataFrame, initial_letters: int) -> pl.DataFrame:
    name, postcode = pl.col("normalised_name"), pl.col("postcode")
    return candidates.with_columns(
        name.str.split(" ").list.sort().list.join(" ").alias("words"),
        name.str.head(initial_letters).alias("initial"),
        postcode.str.head(-2).alias("sector"),
        postcode.str.extract(r"^(\S+)").alias("district"),
    )


def _predict(records: pl.DataFrame, known: pl.DataFrame, threshold: float, method: LinkageMethod) -> pl.DataFrame:
    """Pairs of at least the threshold: `record_id`, `known_id`, `match_probability`."""
    from splink import DuckDBAPI, Linker

    database = DuckDBAPI(":memory:")
    columns = ["unique_id", "normalised_name", "words", "initial", "postcode", "sector", "district", "rare_tokens"]
    # splink puts the names of its tables in order: "known" is its left side, "record" its right.
    tables = [
        database.register(frame.select(columns).to_arrow(), dataset_display_name=name)
        for name, frame in (("known", known), ("record", records))
    ]
    linker = Linker(tables, settings(method), log_level=None)
    predicted = linker.inference.predict(threshold_match_probability=threshold)
    pairs = pl.DataFrame(pl.from_arrow(predicted.as_pyarrow_table()))
    return pairs.select(
        record_id=pl.col("unique_id_r").cast(pl.UInt32),
        known_id=pl.col("unique_id_l").cast(pl.UInt32),
        match_probability="match_probability",
    )


def settings(method: LinkageMethod) -> SettingsCreator:
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
            given(levels.ExactMatchLevel("normalised_name"), method.link_name_same),
            given(levels.ExactMatchLevel("words"), method.link_name_reordered),
            given(levels.JaroWinklerLevel("normalised_name", method.link_close_similarity), method.link_name_close),
            given(levels.JaroWinklerLevel("normalised_name", method.link_near_similarity), method.link_name_near),
            given(levels.ElseLevel(), method.link_name_other),
        ],
    )
    place = comparisons.CustomComparison(
        output_column_name="postcode",
        comparison_levels=[
            levels.NullLevel("postcode"),
            given(levels.ExactMatchLevel("postcode"), method.link_postcode_same),
            given(levels.ExactMatchLevel("sector"), method.link_sector_same),
            given(levels.ExactMatchLevel("district"), method.link_district_same),
            given(levels.ElseLevel(), method.link_postcode_other),
        ],
    )
    rare_tokens = comparisons.CustomComparison(
        output_column_name="rare_tokens",
        comparison_levels=[
            levels.NullLevel("rare_tokens"),
            given(levels.ArrayIntersectLevel("rare_tokens", 1), method.link_rare_token_shared),
            given(levels.ElseLevel(), method.link_rare_token_other),
        ],
    )
    return SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=method.link_prior,
        comparisons=[name, place, rare_tokens],
        blocking_rules_to_generate_predictions=[
            block_on("district", "initial"),
            block_on("rare_tokens", arrays_to_explode=["rare_tokens"]),
        ],
        retain_matching_columns=False,
        linker_uid="organisations",
    )
