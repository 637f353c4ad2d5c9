"""SIC 2007 codes as people, spreadsheets and registers write them, each to its five digits where no doubt is left.

What belongs here: the forms of a code, and what each can mean. What does not: which sector a code is in (`reference`),
what becomes of a row whose code is none (`tables`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping

import polars as pl

from assets.reference import shipped_list

MARKS = ("99999", "74990")
"""Marks of dormant and non-trading companies, which are no activity of SIC 2007."""
EXPECTED = (
    "a SIC 2007 code of 5 digits (62012; also 62.01/2, A01110, or 4 digits that can be one code alone: 1110 is 01110)"
)
SECTIONS = {
    "A": range(1, 4),
    "B": range(5, 10),
    "C": range(10, 34),
    "D": range(35, 36),
    "E": range(36, 40),
    "F": range(41, 44),
    "G": range(45, 48),
    "H": range(49, 54),
    "I": range(55, 57),
    "J": range(58, 64),
    "K": range(64, 67),
    "L": range(68, 69),
    "M": range(69, 76),
    "N": range(77, 83),
    "O": range(84, 85),
    "P": range(85, 86),
    "Q": range(86, 89),
    "R": range(90, 94),
    "S": range(94, 97),
    "T": range(97, 99),
    "U": range(99, 100),
}
"""The letter of each section and its divisions."""
WITH_TEXT = re.compile(r"([0-9]{4,5})(?:\s*[-–—:]+\s*|\s+)([^0-9\s-].*)", re.DOTALL)
WITH_SECTION = re.compile(r"([A-U])\s?([0-9]{5})", re.IGNORECASE)
CLASS = re.compile(r"([0-9]{1,2})\.([0-9]{2})(?:[/.]?([0-9]))?|([0-9]{1,2})([0-9]{2})/([0-9])")
"""Division and class with a dot between, or a subclass after a stroke: where the zeros were is seen."""
DIGITS = re.compile(r"([0-9]{4,5})(?:\.0+)?")
SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?E\+?0?([34])", re.IGNORECASE)


@functools.cache
def known_sic2007() -> pl.Series:
    """Every code of SIC 2007, and the marks that Companies House adds."""
    return shipped_list("sic2007_codes")["sic2007"]


def sic2007(text: pl.Expr) -> pl.Expr:
    """The code of each text, whatever the form; null where it is none, or where it may be one of several."""
    return _each(text, code_of)


def sic2007_of_register(text: pl.Expr) -> pl.Expr:
    """The activity of each text of a register that writes codes of 2003 too, in four digits: a code of four digits is
    one of 2007 that has lost its zero where the text beside it says so. Null for the marks."""
    return _each(text, _activity)


def _activity(written: str) -> str | None:
    code = code_of(written) if re.match("[0-9]{5}", written) else _with_text(written)
    return None if code in MARKS else code


def code_of(written: str) -> str | None:
    """The five digits of a code; None where it is none, or may be one of several."""
    text = " ".join(written.split())
    if re.fullmatch(r"[0-9 ./]+", text):
        text = text.replace(" ", "")
    if WITH_TEXT.fullmatch(text):
        return _with_text(text)
    if section := WITH_SECTION.fullmatch(text):
        code = section[2]
        return _known(code) if int(code[:2]) in SECTIONS[section[1].upper()] else None
    if parts := CLASS.fullmatch(text):
        division, number, subclass = parts.groups()[:3] if parts[1] else parts.groups()[3:]
        return _known(f"{division:0>2}{number}{subclass or 0}")
    if digits := DIGITS.fullmatch(text):
        return _of_digits(digits[1])
    rounded = SCIENTIFIC.fullmatch(text)
    return _of_rounded(rounded[1], rounded[2] or "", int(rounded[3])) if rounded else None


def _with_text(written: str) -> str | None:
    """The code before a text. One of four digits has lost its zero where the text is that of the code with it."""
    parts = WITH_TEXT.fullmatch(" ".join(written.split()))
    if not parts:
        return None
    code, text = parts.groups()
    if len(code) == len("62012"):
        return _known(code)
    return f"0{code}" if _bare(text) in _texts().get(f"0{code}", ()) else None


def _of_digits(digits: str) -> str | None:
    """The code of a row of digits. Four are a code whose zero was lost, or a class without its dot: where both are
    there, nobody knows which is meant."""
    if len(digits) == len("62012"):
        return _known(digits)
    meant = [code for code in (f"0{digits}", f"{digits}0") if code in _codes() and code not in MARKS]
    return meant[0] if len(meant) == 1 else None


def _of_rounded(first: str, decimals: str, power: int) -> str | None:
    """The code of a number that a spreadsheet has rounded (1.11E+03), where it can be rounded from no other."""
    if len(decimals) > power:
        return None
    value, half = int((first + decimals).ljust(power + 1, "0")), 10 ** (power - len(decimals)) / 2
    near = [code for code in _codes() if code not in MARKS and abs(int(code) - value) <= half]
    return near[0] if near == [_of_digits(str(value))] else None


def _known(code: str) -> str | None:
    return code if code in _codes() else None


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(known_sic2007())


@functools.cache
def _texts() -> Mapping[str, frozenset[str]]:
    """The texts of the codes that begin with a zero, as they are compared."""
    texts: dict[str, set[str]] = {}
    for code, text in shipped_list("sic2007_texts").iter_rows():
        texts.setdefault(code, set()).add(_bare(text))
    return {code: frozenset(found) for code, found in texts.items()}


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _each(text: pl.Expr, parse: Callable[[str], str | None]) -> pl.Expr:
    """What `parse` makes of each text, each different one once: of millions of rows there are some thousand."""

    def parsed(texts: pl.Series) -> pl.Series:
        different: Iterable[str] = texts.drop_nulls().unique()
        codes = {written: parse(written) for written in different}
        return texts.replace_strict(codes, default=None, return_dtype=pl.String)

    return text.map_batches(parsed, return_dtype=pl.String, is_elementwise=True)
