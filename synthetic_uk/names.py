"""Names of organisations: invented, distinct, and written as untidily as people write them.

What belongs here: from an organisation's number to its name, and the ways that name is misspelt. What does not: who
the organisations are. Words are made of syllables, so that a name is nobody's; the number of a firm is mixed before it
is read as words, so that neighbours do not look alike.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers

_STARTS = (
    "Bram",
    "Cal",
    "Dun",
    "Els",
    "Fen",
    "Gar",
    "Hol",
    "Kel",
    "Lin",
    "Mar",
    "Nor",
    "Pen",
    "Ros",
    "Stan",
    "Thor",
    "Wes",
)
_MIDDLES = ("a", "e", "i", "o", "an", "ar", "en", "er", "in", "on", "or", "al", "el", "il", "and", "ing")
_ENDS = ("bury", "dale", "field", "ley", "mere", "ton", "wick", "worth")
_OTHER_STARTS = (
    "Ax",
    "Bel",
    "Cor",
    "Dex",
    "Ev",
    "Fir",
    "Gly",
    "Hex",
    "Iv",
    "Jor",
    "Lum",
    "Mol",
    "Nex",
    "Ox",
    "Pry",
    "Vel",
)
_OTHER_MIDDLES = ("a", "e", "i", "o", "u", "am", "em", "im", "om", "um", "at", "et", "it", "ot", "ut", "ys")
_OTHER_ENDS = (
    "bra",
    "cor",
    "dia",
    "fex",
    "gen",
    "lia",
    "mar",
    "nis",
    "phi",
    "quo",
    "ria",
    "sol",
    "tek",
    "tra",
    "vex",
    "zen",
)
_FIRST_WORDS = pl.Series([a + b + c for a in _STARTS for b in _MIDDLES for c in _ENDS])
_SECOND_WORDS = pl.Series([a + b + c for a in _OTHER_STARTS for b in _OTHER_MIDDLES for c in _OTHER_ENDS])
_TRADES = pl.Series(
    [
        "Technologies",
        "Services",
        "Systems",
        "Engineering",
        "Consulting",
        "Holdings",
        "Solutions",
        "Trading",
        "Group",
        "Projects",
        "Partners",
        "Works",
        "Supplies",
        "Design",
        "Labs",
        "Developments",
    ]
)
_OVERSEAS_SUFFIXES = pl.Series(["GmbH", "SAS", "Inc", "BV", "SpA", "AB", "Oy", "LLC"])
_COMBINATIONS = len(_FIRST_WORDS) * len(_SECOND_WORDS)
# Odd and not a multiple of any power of two above one, so that mixing is a permutation of the combinations.
_MIXER = 5_023_309


def plain_names(numbers: Integers) -> pl.Series:
    """Names without a legal suffix, distinct for distinct numbers below 8,388,608: `Garandale Velutsol Systems`.

    One in sixteen joins its two words with an ampersand.
    """
    mixed = (numbers.astype(np.int64) * _MIXER + 1_234_577) % _COMBINATIONS
    first = _FIRST_WORDS.gather(mixed // len(_SECOND_WORDS))
    second = _SECOND_WORDS.gather(mixed % len(_SECOND_WORDS))
    trade = _TRADES.gather((numbers * 7 + mixed // 31) % len(_TRADES))
    joint = pl.Series([" ", " & "]).gather((mixed % 16 == 3).astype(np.int64))
    return pl.select(pl.concat_str(first, joint, second, pl.lit(" "), trade)).to_series()


def overseas_names(numbers: Integers) -> pl.Series:
    """Names of partners abroad, with the legal suffixes of other countries; distinct from all UK names."""
    plain = plain_names(_COMBINATIONS - 1 - numbers)
    return plain + " " + _OVERSEAS_SUFFIXES.gather(numbers % len(_OVERSEAS_SUFFIXES))


def abbreviated(names: pl.Series, chosen: Bools) -> pl.Series:
    """The names with their trade cut short where chosen (`Axitcor Engineering` -> `Axitcor Eng`)."""
    short = names
    for trade in ("Technologies", "Engineering", "Consulting", "Solutions", "Developments"):
        short = short.str.replace(trade, trade[: 4 if trade == "Technologies" else 3])
    return pl.select(pl.when(pl.Series(chosen)).then(short).otherwise(names)).to_series()


def untidy(names: pl.Series, variants: Integers) -> pl.Series:
    """The names as different people would type them; `variants` (any integers, one a name) says how.

    Variants change case, LTD against LIMITED, full stops, `&` against `and`, and spaces at the end: nothing that a
    comparison of normalised names should stumble over.
    """
    frame = pl.DataFrame({"name": names, "variant": variants % 12})
    name = pl.col("name")
    variant = pl.col("variant")
    suffix = r"(?i)\s+(limited|ltd)$"
    return frame.select(
        pl.when(variant == 0)
        .then(name.str.to_uppercase())
        .when(variant == 1)
        .then(name.str.to_uppercase().str.replace(suffix, " LTD"))
        .when(variant == 2)
        .then(name.str.replace(suffix, " Ltd."))
        .when(variant == 3)
        .then(name.str.replace(suffix, " Limited").str.replace(" & ", " and ", literal=True))
        .when(variant == 4)
        .then(name.str.to_lowercase())
        .when(variant == 5)
        .then(name.str.replace(suffix, ", Ltd") + "  ")
        .otherwise(name)
    ).to_series()
