"""Columns that readers look for: the spellings publishers have used, and how the text of each becomes a value.

What belongs here: kinds of value and the matching of headers. What does not: any one dataset's list of columns.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from assets.methods.text.company_numbers import is_normal_crn, normalise_crn
from assets.methods.text.postcodes import is_normal_postcode, normalise_postcode
from assets.reference import shipped_list
from assets.sources.files.kinds import SPREADSHEET_ERRORS
from assets.sources.values.ons_columns import AreaCode

MONEY = pl.Decimal(18, 2)
PLAUSIBLE_DATES = (date(1800, 1, 1), date(2100, 12, 31))
"""The earliest and the latest day that anything here can be of, a company's start or a project's end [ours]."""
BETWEEN_DATES = f"from {PLAUSIBLE_DATES[0].year} to {PLAUSIBLE_DATES[1].year}"
PLAIN_DIGITS = 12
"""Digits of a number that is read quickly at the most: a thousand times it is still far from the largest there is."""


@dataclass(frozen=True)
class Kind:
    """What a column's text is read as. Text that `parse` makes null is not of the kind."""

    expected: str
    """In words, for messages."""
    parse: Callable[[pl.Expr], pl.Expr]
    is_lenient: bool = False
    """Text not of the kind becomes null instead of refusing the row."""
    unit: str = ""
    """What its numbers are in once read, in words for messages."""

    def or_null(self) -> Kind:
        """The same kind, with null for what does not fit."""
        return replace(self, is_lenient=True)


@dataclass(frozen=True)
class Column:
    """A column of a publisher's table."""

    name: str
    """Ours."""
    spellings: tuple[str | re.Pattern[str] | AreaCode, ...]
    """The publisher's, in order of preference; the first is the one that messages use. Of several columns that a
    pattern fits, the last by name (the newest release's) is taken; of an area's codes, those of the newest year."""
    kind: Kind
    presence: Literal["required", "nullable", "optional"] = "required"
    """required: every row has a value; nullable: the header has the column; optional: it may lack it."""
    limit: str | None = None
    """The parameter of `SourcesMethod` that no value is above."""

    @property
    def label(self) -> str:
        """The publisher's usual spelling."""
        first = self.spellings[0]
        match first:
            case str():
                return first
            case AreaCode():
                return first.label
        return first.pattern


def header_key(name: str) -> str:
    """A header as it is compared: without regard to case, runs of spaces, and spaces and underscores at the ends."""
    return " ".join(name.strip("\ufeff \t_").lower().split())


def locate(header: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Position in the header of each column that is there, by our name."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(header_key(name), position)
    found: dict[str, int] = {}
    for column in columns:
        for spelling in column.spellings:
            if isinstance(spelling, str):
                match = header_key(spelling) if header_key(spelling) in positions else None
            elif isinstance(spelling, AreaCode):
                match = spelling.newest(positions)
            else:
                match = max((key for key in positions if spelling.fullmatch(key)), default=None)
            if match is not None:
                found[column.name] = positions[match]
                break
    return found


def missing(header: Sequence[str], columns: Sequence[Column]) -> list[Column]:
    """Columns that the header must have and lacks."""
    found = locate(header, columns)
    return [column for column in columns if column.presence != "optional" and column.name not in found]


def quick_first(
    quick: Callable[[pl.Expr], pl.Expr], careful: Callable[[pl.Expr], pl.Expr], kind: pl.DataType | type[pl.DataType]
) -> Callable[[pl.Expr], pl.Expr]:
    """A parse to `kind` that does what `careful` does, of the texts alone that `quick` makes null.

    Of millions of rows nearly all are written plainly. What `quick` makes a value of, `careful` must make the same of.
    """

    def parsed(texts: pl.Series) -> pl.Series:
        frame = texts.to_frame("text")
        values = frame.select(quick(pl.col("text")).cast(kind)).to_series()
        odd = (values.is_null() & texts.is_not_null()).arg_true()
        if odd.is_empty():
            return values
        return values.scatter(odd, frame[odd].select(careful(pl.col("text"))).to_series())

    return lambda text: text.map_batches(parsed, return_dtype=kind, is_elementwise=True)


def plain_as_it_is(is_plain: Callable[[pl.Expr], pl.Expr]) -> Callable[[pl.Expr], pl.Expr]:
    """The quick parse of text that is its own value where it is plain."""
    return lambda text: pl.when(is_plain(text)).then(text)


def _quick_whole_number(text: pl.Expr) -> pl.Expr:
    begins_with_digit = text.is_between(pl.lit("0"), pl.lit(":"), closed="left")
    return pl.when(begins_with_digit & (text.str.len_bytes() <= PLAIN_DIGITS)).then(text.cast(pl.Int64, strict=False))


def _whole_number(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all(",", "").str.extract(r"^([0-9]+)(?:\.0*)?$", 1)
    return plain.cast(pl.Int64, strict=False)


def _amount_parse(factor: int) -> Callable[[pl.Expr], pl.Expr]:
    """The parse of an amount in units of so many pounds."""

    def careful(text: pl.Expr) -> pl.Expr:
        plain = text.str.replace_all(r"[£,\s]", "").str.extract(r"^([0-9]*\.?[0-9]+|[0-9]+\.)$", 1)
        exact = plain.cast(pl.Decimal(24, 6), strict=False)
        return (exact * factor).cast(MONEY, strict=False)

    return quick_first(lambda text: _quick_whole_number(text) * factor, careful, MONEY)


def _number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _date(text: pl.Expr) -> pl.Expr:
    day = text.str.replace(r"[T ].*$", "")
    serial = text.str.extract(r"^([0-9]{5})(?:\.[0-9]*)?$", 1).cast(pl.Int32, strict=False)
    written = pl.coalesce(
        day.str.to_date("%Y-%m-%d", strict=False),
        day.str.to_date("%d/%m/%Y", strict=False),
        pl.date(1899, 12, 30) + pl.duration(days=serial),
    )
    return pl.when(written.is_between(*PLAUSIBLE_DATES)).then(written)


def _sic2007(text: pl.Expr) -> pl.Expr:
    digits = text.str.replace_all(r"[./\s]", "").str.extract(r"^([0-9]{4,5})$", 1).str.zfill(5)
    return pl.when(digits.is_in(known_sic2007().implode())).then(digits)


@functools.cache
def known_sic2007() -> pl.Series:
    """Every code of SIC 2007, and the marks that Companies House adds."""
    return shipped_list("sic2007_codes")["sic2007"]


def _yes_no(text: pl.Expr) -> pl.Expr:
    answer = text.str.to_lowercase()
    yes, no = answer.is_in(["yes", "y", "true", "1"]), answer.is_in(["no", "n", "false", "0"])
    return pl.when(yes).then(True).when(no).then(False)


def choice(*values: str) -> Kind:
    """One of several words, in any case."""
    keys = [value.lower() for value in values]
    return Kind(
        f"one of {', '.join(values)}",
        quick_first(
            plain_as_it_is(lambda text: text.is_in(values)),
            lambda text: text.str.to_lowercase().replace_strict(keys, values, default=None, return_dtype=pl.String),
            pl.String,
        ),
    )


def _within(lower: float, upper: float) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: pl.when(_number(text).is_between(lower, upper)).then(_number(text))


def matching(pattern: str, expected: str) -> Kind:
    """Text of a given shape."""
    return Kind(expected, lambda text: pl.when(text.str.contains(f"^(?:{pattern})$")).then(text))


def _words(text: pl.Expr) -> pl.Expr:
    """Text but for the errors of a spreadsheet, which are no text, and in a column of numbers no empty cell."""
    return pl.when(~text.is_in([*SPREADSHEET_ERRORS.values()])).then(text)


TEXT = Kind("text", _words, is_lenient=True)
CODE = Kind(
    "a code",
    quick_first(
        plain_as_it_is(lambda text: ~text.str.contains(".", literal=True)),
        lambda text: text.str.replace(r"^([0-9]+)\.0+$", "$1"),
        pl.String,
    ),
)
"""A reference: text, without the `.0` that a spreadsheet adds to a number."""
WHOLE_NUMBER = Kind("a whole number, 0 or more", quick_first(_quick_whole_number, _whole_number, pl.Int64))
POUNDS = Kind("an amount in pounds, 0 or more", _amount_parse(1), unit="pounds")
THOUSANDS_OF_POUNDS = Kind("an amount in thousands of pounds, 0 or more", _amount_parse(1000), unit="pounds")
DATE = Kind(f"a date: YYYY-MM-DD, DD/MM/YYYY or a spreadsheet's serial number, {BETWEEN_DATES}", _date)
SIC2007 = Kind(
    "a SIC 2007 code of 5 digits",
    quick_first(plain_as_it_is(lambda text: text.is_in(known_sic2007().implode())), _sic2007, pl.String),
)
YES_NO = Kind("Yes or No", _yes_no)
CRN = Kind(
    "a company registration number of 8 characters",
    quick_first(plain_as_it_is(is_normal_crn), normalise_crn, pl.String),
)
UK_EASTINGS, UK_NORTHINGS = (0, 700_000), (0, 1_300_000)
"""Metres of the British National Grid between which the United Kingdom lies; those of the Irish Grid are fewer."""
UK_LATITUDES, UK_LONGITUDES = (49.0, 61.5), (-9.0, 2.5)
"""Degrees between which the United Kingdom lies."""
LATITUDE = Kind("a latitude in the United Kingdom, 49 to 61.5 degrees", _within(*UK_LATITUDES))
LONGITUDE = Kind("a longitude in the United Kingdom, -9 to 2.5 degrees", _within(*UK_LONGITUDES))
DEGREES = Kind("a number of degrees", _number)
POSTCODE = Kind("a unit postcode", quick_first(plain_as_it_is(is_normal_postcode), normalise_postcode, pl.String))
