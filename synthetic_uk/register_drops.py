"""The register and RTIC in the columns of their drops, with the gaps and untidiness of real extracts.

What belongs here: `idbr_enterprises`, `idbr_local_units`, `rtic_companies`, `rtic_locations` as text and numbers, in
chunks. What does not: who the firms are (`firms`). Sites of planted members are left tidy, so that the truth can be
looked up in the drops; their employee counts are missing like anyone's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.arrays import Integers
from synthetic_uk.directory import NO_PLACE
from synthetic_uk.drops import chunks
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Postcodes
from synthetic_uk.leanings import Leanings, businesses
from synthetic_uk.names import untidy
from synthetic_uk.postcode_text import unknown_postcodes
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Settings
from synthetic_uk.streams import UNKNOWN, stream
from synthetic_uk.wording import BUSINESS, compose

_LEGAL_STATUS = {
    "university": "Non-profit body",
    "research_organisation": "Non-profit body",
    "hospital": "Central government",
    "council": "Local authority",
}


def enterprise_rows(firms: Firms, sectors: Sectors, seed: int) -> Iterator[pl.DataFrame]:
    """`entref, crn, name, sic2007, employees, turnover_thousands, legal_status` in chunks."""
    register = firms.register
    rng = stream(seed, "register", "text")
    total = np.add.reduceat(register.unit_true_employees, register.first_unit)
    turnover = np.round((total + 1) * rng.lognormal(4.2, 0.9, len(total))).astype(np.int64)
    employees = np.where(rng.random(len(total)) < 0.06, UNKNOWN, total)
    turnover = np.where(rng.random(len(total)) < 0.05, UNKNOWN, turnover)
    sole = rng.random(len(total)) < 0.6
    for part in chunks(len(total)):
        numbers = np.arange(part.start, part.stop)
        numbered = firms.company_numbers(numbers)
        special = [_LEGAL_STATUS[kind] for kind in _LEGAL_STATUS]
        status = pl.Series(["Company", "Sole proprietor", "Partnership", *special]).gather(
            np.where(register.is_company[part], 0, np.where(sole[part], 1, 2))
        )
        frame = pl.DataFrame(
            {
                "entref": firms.entrefs(numbers),
                "crn": numbered.set(~pl.Series(register.is_number_listed[part]), None),
                "name": untidy(firms.names(numbers), rng.integers(0, 24, len(numbers))),
                "sic2007": pl.Series(sectors.sic_codes).gather(register.sic_code[part]),
                "employees": _counts(employees[part]),
                "turnover_thousands": _counts(turnover[part]),
                "legal_status": status,
            }
        )
        if part.start == 0:
            own = pl.Series(special).gather(firms.special_kind)
            rest = frame["legal_status"].slice(len(own))
            frame = frame.with_columns(legal_status=pl.concat([own, rest]))
        yield frame


def local_unit_rows(firms: Firms, sectors: Sectors, texts: pl.Series, seed: int) -> Iterator[pl.DataFrame]:
    """`luref, entref, sic2007, postcode, employees` in chunks.

    Of those that are not planted, 3 in 1,000 have a postcode that no directory knows, 2 in 1,000 none or a malformed
    one, 1 in 1,000 one that the directory has no place for, and one in ten is written without its space.
    """
    register = firms.register
    rng = stream(seed, "units", "text")
    planted = np.zeros(firms.enterprises, dtype=bool)
    planted[firms.slot_firm[firms.slot_firm < firms.enterprises]] = True
    head_office = sectors.sic_codes.index("70100")
    for part in chunks(len(register.unit_enterprise)):
        owner = register.unit_enterprise[part]
        place = register.unit_postcode[part]
        text = texts.gather(place)
        chance = np.where(planted[owner], 1.0, rng.random(len(place)))
        several = (register.units[owner] > 2) & (rng.random(len(owner)) < 0.03)
        code = np.where(several, head_office, register.sic_code[owner])
        frame = pl.DataFrame({"text": text, "unknown": unknown_postcodes(text), "chance": chance})
        number = np.arange(part.start, part.stop)
        yield pl.DataFrame(
            {
                "luref": pl.Series(1_000_000_000 + (number * 7_368_787) % 999_999_937).cast(pl.String),
                "entref": firms.entrefs(owner),
                "sic2007": pl.Series(sectors.sic_codes).gather(code),
                "postcode": frame.select(
                    pl.when(pl.col("chance") < 0.003)
                    .then("unknown")
                    .when(pl.col("chance") < 0.004)
                    .then(None)
                    .when(pl.col("chance") < 0.005)
                    .then(pl.lit("NOT KNOWN"))
                    .when(pl.col("chance") < 0.006)
                    .then(pl.lit(NO_PLACE))
                    .when(pl.col("chance") < 0.106)
                    .then(pl.col("text").str.replace(" ", ""))
                    .otherwise("text")
                ).to_series(),
                "employees": _counts(register.unit_employees[part]),
            }
        )


def company_rows(
    firms: Firms,
    sectors: Sectors,
    postcodes: Postcodes,
    leanings: Leanings,
    month: int,
    seed: int,
    settings: Settings,
) -> Iterator[pl.DataFrame]:
    """`company_number, company_name, rtic_codes, employees, turnover, website, description` of a month, in chunks."""
    rtic = firms.rtic
    alive = np.flatnonzero((rtic.since <= month) & (rtic.until > month))
    codes = pl.Series(sectors.rtic_codes)
    for part in chunks(len(alive)):
        row = alive[part]
        # What a firm is like follows from its number, so that it is the same every month.
        mixed = (rtic.firm[row] * 2_654_435_761 + seed) % 4_294_967_296
        employees = np.floor(np.exp(0.6 + 3.2 * ((mixed % 1_009) / 1_009) ** 3)).astype(np.int64)
        turnover = employees * (20_000 + mixed % 130_001)
        vertical = pl.Series(["", "01", "02"]).gather(np.where(mixed % 10 < 7, 0, 1 + mixed % 2))
        name = untidy(firms.names(rtic.firm[row]), mixed // 7)
        sector = rtic.sectors[row]
        first = pl.select(
            pl.when(pl.Series(sector[:, 0] != UNKNOWN)).then(codes.gather(np.maximum(sector[:, 0], 0)) + vertical)
        ).to_series()
        others = [
            pl.select(
                pl.when(pl.Series(sector[:, place] != UNKNOWN))
                .then(pl.lit(",") + codes.gather(np.maximum(sector[:, place], 0)))
                .otherwise(pl.lit(""))
            ).to_series()
            for place in (1, 2)
        ]
        said = businesses(leanings, firms, postcodes, row, month, seed, settings)
        frame = pl.DataFrame(
            {
                "company_number": firms.company_numbers(rtic.firm[row]),
                "company_name": name,
                "rtic_codes": first + others[0] + others[1],
                "employees": _counts(np.where(mixed % 5 < 2, UNKNOWN, employees)),
                "turnover": _counts(np.where(mixed % 2 == 0, UNKNOWN, turnover)),
                "slug": name.str.to_lowercase().str.replace_all(r"[^a-z]", ""),
                "mixed": mixed,
                "text": compose(BUSINESS, said.mask, said.key, seed)["text"],
                "is_described": pl.Series(said.is_described),
            }
        )
        yield frame.with_columns(
            website=pl.when(pl.col("mixed") % 5 > 1).then(pl.format("https://www.{}.example", "slug")),
            description=pl.when("is_described").then("text"),
        ).drop("slug", "mixed", "text", "is_described")


def location_rows(firms: Firms, texts: pl.Series, month: int, seed: int) -> Iterator[pl.DataFrame]:
    """`company_number, postcode, kind, employees` of a month, in chunks; one row for each firm, postcode and kind."""
    rtic = firms.rtic
    rows = rtic.location_firm
    alive = (rtic.location_since <= month) & (rtic.location_until > month) & (rtic.since[rows] <= month)
    alive &= rtic.until[rows] > month
    here = np.flatnonzero(alive)
    here = here[np.lexsort((rtic.location_is_registered[here], rtic.location_postcode[here], rows[here]))]
    same = np.zeros(len(here), dtype=bool)
    for values in (rows, rtic.location_postcode, rtic.location_is_registered):
        step = values[here][1:] == values[here][:-1]
        same[1:] = step if values is rows else same[1:] & step
    here = here[~same]
    for part in chunks(len(here)):
        row = here[part]
        mixed = (rtic.firm[rows[row]] * 2_246_822_519 + rtic.location_postcode[row] + seed) % 4_294_967_296
        employees = np.floor(np.exp(0.3 + 3.0 * ((mixed % 1_009) / 1_009) ** 3)).astype(np.int64)
        known = ~rtic.location_is_registered[row] & (mixed % 3 > 0)
        yield pl.DataFrame(
            {
                "company_number": firms.company_numbers(rtic.firm[rows[row]]),
                "postcode": texts.gather(rtic.location_postcode[row]),
                "kind": pl.Series(["operating", "registered"]).gather(
                    rtic.location_is_registered[row].astype(np.int64)
                ),
                "employees": _counts(np.where(known, employees, UNKNOWN)),
            }
        )


def _counts(values: Integers) -> pl.Series:
    """Whole numbers with nulls where unknown."""
    return pl.Series(values).set(pl.Series(values == UNKNOWN), None)
