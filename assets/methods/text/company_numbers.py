"""The shape of a company registration number: one spelling for every way it is written."""

from __future__ import annotations

import polars as pl

DIGITS = r"^[0-9]{1,8}$"
PREFIXED = r"^(?:[A-Z]{2}[0-9]{1,6}|R[0-9]{1,7})$"
"""A nation's or kind's prefix (SC, NI, OC, LP...), or the R of Northern Ireland's oldest companies, and digits."""
SUFFIXED = r"^[A-Z]{2}[0-9]{4,5}[A-Z]{1,2}$"
"""Registered societies (IP12345R, SP2345RS) are already eight characters."""
SOCIETIES = (("IP", 5, "R"), ("SP", 4, "RS"))
"""Registered societies of England and Wales, and of Scotland: prefix, digits, and the letters at the end."""
NO_NUMBER = r"^[A-Z]*0+$"
NORMAL = r"^(?:[0-9]{8}|[A-Z]{2}[0-9]{6})$"
SOCIETY = r"^(?:IP|SP)"


def normalise_crn(expr: pl.Expr) -> pl.Expr:
    """A registration number as 8 characters, zero-padded after its prefix (`1234567` -> `01234567`, `sc12345` ->
    `SC012345`); null where it is none ("N/A", all zeros, too long).

    The letters at the end of a registered society's number are often left out, and zeros put before what is left:
    `IP28341` and `IP028341` are `IP28341R`, as the register has it.

    Case, spaces and punctuation are ignored, and so is the `.0` that a spreadsheet adds to a number.
    """
    packed = (
        expr.cast(pl.String)
        .str.to_uppercase()
        .str.strip_chars()
        .str.replace(r"^([0-9]+)\.0+$", "$1")
        .str.replace_all(r"[^A-Z0-9]", "")
    )
    letters = packed.str.extract(r"^([A-Z]*)", 1)
    digits = packed.str.extract(r"([0-9]*)$", 1)
    padded = (
        pl.when(letters.str.len_bytes() == 2)
        .then(letters + digits.str.zfill(6))
        .when(letters.str.len_bytes() == 1)
        .then(letters + digits.str.zfill(7))
        .otherwise(digits.str.zfill(8))
    )
    societies = [
        pl.lit(prefix) + packed.str.extract(f"^{prefix}0*([0-9]{{1,{count}}})$", 1).str.zfill(count) + pl.lit(ending)
        for prefix, count, ending in SOCIETIES
    ]
    return (
        pl.when(packed.str.contains(NO_NUMBER))
        .then(None)
        .when(packed.str.contains(PREFIXED) & pl.any_horizontal(number.is_not_null() for number in societies))
        .then(pl.coalesce(societies))
        .when(packed.str.contains(DIGITS) | packed.str.contains(PREFIXED))
        .then(padded)
        .when(packed.str.contains(SUFFIXED) & (packed.str.len_bytes() == 8))
        .then(packed)
    )


def is_normal_crn(expr: pl.Expr) -> pl.Expr:
    """Whether text is what `normalise_crn` would make of it. False for some that are: those that end in six zeros, and
    those of registered societies."""
    return expr.str.contains(NORMAL) & ~expr.str.ends_with("000000") & ~expr.str.contains(SOCIETY)
