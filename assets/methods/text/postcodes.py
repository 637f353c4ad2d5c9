"""The shape of a postcode: one spelling for every way it is written, and the areas it lies in.

What belongs here: the text of postcodes. What does not: where they are (`reference.postcodes`), or how a directory of
them is read (`assets.sources.readers.postcodes`).
"""

from __future__ import annotations

import polars as pl

UNIT_POSTCODE = r"^(?:[A-Z]{1,2}[0-9][A-Z0-9]?|NPT|GIR)[0-9][A-Z]{2}$"
"""A unit postcode without its space; the last three characters are the inward code. Two outward codes have no digit:
NPT, Newport until 1984, which the directory keeps as terminated, and GIR, a bank of that name."""

NORMAL_POSTCODE = UNIT_POSTCODE.replace(")[0-9]", ") [0-9]")


def normalise_postcode(expr: pl.Expr) -> pl.Expr:
    """A postcode as outward code, one space, inward code (`ox110aa`, `OX11  0AA` -> `OX11 0AA`); null where malformed.

    Case, spaces and punctuation are ignored. Publishers' seven-character keys have no space after a four-character
    outward code, so text is never compared before this.
    """
    packed = expr.cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    spaced = packed.str.head(-3) + " " + packed.str.tail(3)
    return pl.when(packed.str.contains(UNIT_POSTCODE)).then(spaced)


def is_normal_postcode(expr: pl.Expr) -> pl.Expr:
    """Whether text is a unit postcode with its one space, as `normalise_postcode` would make it."""
    return expr.str.contains(NORMAL_POSTCODE)


def postcode_district(postcode: pl.Expr) -> pl.Expr:
    """The district of a normalised postcode: its outward code (`OX11`)."""
    return postcode.str.head(-4)


def postcode_sector(postcode: pl.Expr) -> pl.Expr:
    """The sector of a normalised postcode: outward code and the digit after the space (`OX11 0`)."""
    return postcode.str.head(-2)
