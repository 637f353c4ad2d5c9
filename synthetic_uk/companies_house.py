"""Companies House's register as its free product gives it: 55 columns, in several parts, with its untidiness.

What belongs here: the drop `companies_house`. What does not: who the firms are (`firms`). Shares of categories,
statuses and of what stands in place of an industry are those of 46,611 companies of Sheffield and Rotherham in November
2024; names of industries are the register's. Companies whose place anything planted hangs on are left tidy. Beside the
firms of the country the register has companies that nothing else tells of: those that are not at work any more, and
kinds of body with a registration number of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers
from assets.months import Month
from synthetic_uk.drops import chunks
from synthetic_uk.firms import Firms
from synthetic_uk.names import plain_names
from synthetic_uk.sectors import Sectors
from synthetic_uk.streams import scattered

_TEXTS_FILE = Path(__file__).parent / "sic_texts.csv"
# The register's own header: some of its names begin with a space.
# fmt: off
HEADER: tuple[str, ...] = (
    "CompanyName", " CompanyNumber", "RegAddress.CareOf", "RegAddress.POBox", "RegAddress.AddressLine1",
    " RegAddress.AddressLine2", "RegAddress.PostTown", "RegAddress.County", "RegAddress.Country", "RegAddress.PostCode",
    "CompanyCategory", "CompanyStatus", "CountryOfOrigin", "DissolutionDate", "IncorporationDate",
    "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Accounts.NextDueDate", "Accounts.LastMadeUpDate",
    "Accounts.AccountCategory", "Returns.NextDueDate", "Returns.LastMadeUpDate", "Mortgages.NumMortCharges",
    "Mortgages.NumMortOutstanding", "Mortgages.NumMortPartSatisfied", "Mortgages.NumMortSatisfied",
    "SICCode.SicText_1", "SICCode.SicText_2", "SICCode.SicText_3", "SICCode.SicText_4",
    "LimitedPartnerships.NumGenPartners", "LimitedPartnerships.NumLimPartners", "URI",
    *itertools.chain.from_iterable(
        (f"{' ' if n == 2 else ''}PreviousName_{n}.CONDATE", f" PreviousName_{n}.CompanyName") for n in range(1, 11)
    ),
    "ConfStmtNextDueDate", " ConfStmtLastMadeUpDate",
)
# fmt: on
PARTS, SMALL_PARTS, LARGE_ROWS = 7, 2, 1_000_000
"""Files of a register of more than so many rows, and of a smaller one."""
STRIKING_OFF, RECEIVER = 0.065, 0.0002
"""Shares of companies at work with another status than Active."""
GONE_SHARE = 0.03
"""Companies that are not at work any more, beside those that are."""
STATUSES = {
    "Liquidation": 0.978,
    "In Administration": 0.017,
    "Voluntary Arrangement": 0.002,
    "In Administration/Administrative Receiver": 0.001,
    "ADMINISTRATIVE RECEIVER": 0.001,
    "ADMINISTRATION ORDER": 0.001,
}
"""Of those."""
BY_GUARANTEE = "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)"
EXEMPT = "PRI/LBG/NSC (Private, Limited by guarantee, no share capital, use of 'Limited' exemption)"
CATEGORIES = {BY_GUARANTEE: 0.021, EXEMPT: 0.008, "Community Interest Company": 0.007, "Public Limited Company": 0.0006}
"""Of companies that are no partnership; the others are private limited companies."""
DORMANT, NONE_SUPPLIED = 0.024, 0.007
"""Of companies that the business register does not have, those without an industry."""
MORE_SHARE = (0.16, 0.065, 0.028)
"""Companies with a second, third and fourth industry."""
OLD_TEXTS = ("4521 - Gen construction & civil engineer", "7487 - Other business activities", "5540 - Bars")
OLD, LOST_ZERO = 0.002, 0.02
"""Of companies that the business register does not have, those with a code of 2003; of industries that begin with a
zero, those that lost it."""
QUOTED, BROKEN, PLACELESS = 0.002, 0.0004, 0.004
"""Of ordinary companies, those with quotes in the name, with a line break in it, and without a postcode."""
OTHER_BODIES = (
    ("FC{:06d}", "Other company type", "WEST GERMANY", ""),
    ("OE{:06d}", "Overseas Entity", "VIRGIN ISLANDS, BRITISH", "1017 AB"),
    ("OE5{:05d}", "Overseas Entity", "CHANNEL ISLANDS", "JE2 3QA"),
    ("LP{:06d}", "Limited Partnership", "United Kingdom", None),
    ("IP{:05d}R", "Registered Society", "United Kingdom", None),
    ("RC{:06d}", "Royal Charter Company", "United Kingdom", None),
    ("CE{:06d}", "Charitable Incorporated Organisation", "United Kingdom", None),
)
"""Number, category, country of origin and postcode (None for one of the country's) of bodies of other kinds."""
BODIES_SHARE = 0.0005
"""Of each kind, beside the companies at work."""


@dataclass(frozen=True)
class _Texts:
    """What the register writes of each industry."""

    full: pl.Series
    without_zero: pl.Series
    """The same, the code without the zeros that it begins with."""
    sibling: Integers
    """For each industry another of its sector, where there is one."""

    @classmethod
    def of(cls, sectors: Sectors) -> _Texts:
        told = industry_names()
        full = pl.Series([f"{code} - {told[code]}" for code in sectors.sic_codes])
        order = np.lexsort((np.arange(len(full)), sectors.sic_code_sector))
        sector = sectors.sic_code_sector[order]
        following = np.where(np.append(sector[1:] == sector[:-1], False), np.append(order[1:], 0), order)
        sibling = np.empty(len(full), dtype=np.int64)
        sibling[order] = following
        return cls(full, full.str.strip_chars_start("0"), sibling)


def industry_names() -> dict[str, str]:
    """The register's name of each industry, by its five digits."""
    return dict(pl.read_csv(_TEXTS_FILE, infer_schema=False).iter_rows())


def register_parts(
    firms: Firms, sectors: Sectors, texts: pl.Series, month: Month, seed: int
) -> Iterator[tuple[str, Iterator[pl.DataFrame]]]:
    """Name of each part of the register at a month's end, and its rows in chunks."""
    numbers = np.flatnonzero(firms.is_company)
    count = PARTS if len(numbers) > LARGE_ROWS else SMALL_PARTS
    day = month.plus(1).first_day
    others = _others(firms, texts, len(numbers), seed)
    for place, part in enumerate(np.array_split(numbers, count), start=1):
        frames = _frames(firms, sectors, texts, part, seed, others if place == count else None)
        yield f"BasicCompanyData-{day}-part{place}_{count}", frames


def _frames(
    firms: Firms, sectors: Sectors, texts: pl.Series, numbers: Integers, seed: int, others: pl.DataFrame | None
) -> Iterator[pl.DataFrame]:
    industries = _Texts.of(sectors)
    for part in chunks(len(numbers)):
        number = numbers[part]
        known = {
            **_identity(firms, texts, number, seed),
            **_industries(firms, sectors, industries, number, seed),
        }
        yield _in_columns(pl.DataFrame(known))
    if others is not None:
        yield _in_columns(others)


def _identity(firms: Firms, texts: pl.Series, number: Integers, seed: int) -> dict[str, pl.Series]:
    """Names, numbers, places, categories and statuses of companies at work."""
    untidy = np.where(firms.is_ordinary[number], scattered(seed, "untidy in the register", number), 1.0)
    name = firms.names(number).str.to_uppercase()
    quoted = name.str.replace(r"^(\S+)", '"$1"')
    broken = name.str.replace(r" (\S+)$", "\n$1")
    name = _where(untidy < QUOTED, quoted, _where(untidy < QUOTED + BROKEN, broken, name))
    place = texts.gather(firms.home[number])
    crn = firms.company_numbers(number)
    category = pl.Series(np.full(len(number), "Private Limited Company"))
    low = 0.0
    chance = scattered(seed, "category", number)
    for other, share in CATEGORIES.items():
        category = _where((chance >= low) & (chance < low + share), other, category)
        low += share
    category = _where(crn.str.starts_with("OC").to_numpy(), "Limited Liability Partnership", category)
    status = scattered(seed, "status", number)
    active = _where(status < STRIKING_OFF, "Active - Proposal to Strike off", pl.Series(["Active"] * len(number)))
    return {
        "CompanyName": name,
        "CompanyNumber": crn,
        "RegAddress.PostCode": _where((untidy > 1 - PLACELESS) & (untidy < 1), "", place),
        "CompanyCategory": category,
        "CompanyStatus": _where(status > 1 - RECEIVER, "Live but Receiver Manager on at least one charge", active),
        "CountryOfOrigin": pl.Series(["United Kingdom"] * len(number)),
        "IncorporationDate": _dates(number),
    }


def _industries(
    firms: Firms, sectors: Sectors, industries: _Texts, number: Integers, seed: int
) -> dict[str, pl.Series]:
    """Up to four industries of each company: that of the business register first, of others one drawn by size."""
    in_register = number < firms.enterprises
    sizes = np.cumsum(sectors.sic_code_weight)
    drawn = np.searchsorted(sizes, scattered(seed, "industry", number) * sizes[-1], side="right")
    code = np.where(in_register, firms.register.sic_code[np.where(in_register, number, 0)], drawn)
    loses = scattered(seed, "lost zero", number) < LOST_ZERO
    first = _where(loses, industries.without_zero.gather(code), industries.full.gather(code))
    chance = np.where(in_register, 1.0, scattered(seed, "no industry", number))
    first = _where(chance < DORMANT, "99999 - Dormant Company", first)
    first = _where((chance >= DORMANT) & (chance < DORMANT + NONE_SUPPLIED), "None Supplied", first)
    old = pl.Series(OLD_TEXTS).gather(number % len(OLD_TEXTS))
    first = _where((chance < 1) & (chance > 1 - OLD), old, first)
    more = np.where(chance < DORMANT + NONE_SUPPLIED, 1.0, scattered(seed, "more industries", number))
    told = {"SICCode.SicText_1": first}
    for place, share in enumerate(MORE_SHARE, start=2):
        code = industries.sibling[code]
        told[f"SICCode.SicText_{place}"] = _where(more < share, industries.full.gather(code), _empty(len(number)))
    return told


def _others(firms: Firms, texts: pl.Series, companies: int, seed: int) -> pl.DataFrame:
    """Companies that are not at work any more, then bodies of other kinds."""
    gone = np.arange(max(len(STATUSES), round(companies * GONE_SHARE)))
    place = np.floor(scattered(seed, "place of those gone", gone) * len(texts)).astype(np.int64)
    edges = np.cumsum(list(STATUSES.values()))
    status = np.searchsorted(edges / edges[-1], scattered(seed, "status of those gone", gone), side="right")
    # Each of the words at least once.
    status[: len(STATUSES)] = np.arange(len(STATUSES))
    left = pl.DataFrame(
        {
            "CompanyName": plain_names(gone + 700_000_000).str.to_uppercase() + " LIMITED",
            "CompanyNumber": firms.spare_numbers(len(gone)),
            "RegAddress.PostCode": texts.gather(place),
            "CompanyCategory": ["Private Limited Company"] * len(gone),
            "CompanyStatus": pl.Series(list(STATUSES)).gather(status),
            "CountryOfOrigin": ["United Kingdom"] * len(gone),
            "IncorporationDate": _dates(gone),
            "SICCode.SicText_1": ["41100 - Development of building projects"] * len(gone),
        }
    )
    each = max(1, round(companies * BODIES_SHARE / len(OTHER_BODIES)))
    bodies = []
    for kind, (form, category, country, postcode) in enumerate(OTHER_BODIES):
        number = np.arange(each)
        there = texts.gather(np.floor(scattered(seed, category, number) * len(texts)).astype(np.int64))
        bodies.append(
            pl.DataFrame(
                {
                    "CompanyName": plain_names(number + 800_000_000 + kind * 1_000_000).str.to_uppercase(),
                    "CompanyNumber": [form.format(one + 1) for one in number],
                    "RegAddress.PostCode": there if postcode is None else pl.Series([postcode] * each),
                    "CompanyCategory": [category] * each,
                    "CompanyStatus": ["Active"] * each,
                    "CountryOfOrigin": [country] * each,
                    "IncorporationDate": _dates(number),
                    "SICCode.SicText_1": ["None Supplied"] * each,
                }
            )
        )
    return pl.concat([left, *bodies])


def _in_columns(known: pl.DataFrame) -> pl.DataFrame:
    """Rows in the header's columns; of what nothing here tells, what stands there mostly."""
    constant = {
        "RegAddress.AddressLine1": pl.lit("1 HIGH STREET"),
        "Accounts.AccountRefDay": pl.lit("31"),
        "Accounts.AccountRefMonth": pl.lit("3"),
        "Accounts.AccountCategory": pl.lit("TOTAL EXEMPTION FULL"),
        **{
            f"Mortgages.NumMort{kind}": pl.lit("0") for kind in ("Charges", "Outstanding", "PartSatisfied", "Satisfied")
        },
        "LimitedPartnerships.NumGenPartners": pl.lit("0"),
        "LimitedPartnerships.NumLimPartners": pl.lit("0"),
        "URI": pl.format("http://business.data.gov.uk/id/company/{}", "CompanyNumber"),
    }
    named = {name: pl.col(name) for name in known.columns}
    return known.select(
        {**constant, **named}.get(name.strip(), pl.lit("")).fill_null("").alias(name) for name in HEADER
    )


def _dates(number: Integers) -> pl.Series:
    """Days of incorporation, dd/mm/yyyy."""
    parts = pl.DataFrame({"day": 1 + number % 28, "month": 1 + number % 12, "year": 1990 + number % 30})
    two = (pl.col(name).cast(pl.String).str.zfill(2) for name in ("day", "month"))
    return parts.select(pl.format("{}/{}/{}", *two, "year")).to_series()


def _empty(count: int) -> pl.Series:
    return pl.Series([""]).gather(np.zeros(count, dtype=np.int64))


def _where(chosen: Bools, this: pl.Series | str, other: pl.Series) -> pl.Series:
    """This text where chosen, the other elsewhere."""
    then = pl.lit(this) if isinstance(this, str) else this
    return pl.select(pl.when(pl.Series(chosen)).then(then).otherwise(other)).to_series()
