"""Accounts as companies file them: pages of inline XBRL, a ZIP of a month's.

What belongs here: the drop `accounts`. What does not: who the firms are (`firms`). A filing has this year's figures and
beside them those of the year before, as accounts are printed, and some what a part of the company has. A few filings
are files of XBRL and no pages, a few pages are named like a ZIP, and those of community interest companies are in a ZIP
of their own, with the litter of the machine that packed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from assets.months import Month
from synthetic_uk.drops import zip_of
from synthetic_uk.firms import Firms
from synthetic_uk.streams import scattered

FILE_EMPLOYEES, FILE_TURNOVER = 0.85, 0.05
"""Shares of companies whose accounts give their employees, and their turnover."""
NO_PAGE, MARKED, OF_INTEREST, MISNAMED = 0.03, 0.23, 0.005, 0.002
"""Shares of filings that are no pages; that are that or begin with a byte-order mark; that are in the ZIP of community
interest companies; that are pages and named .zip."""
PART_OF_FIFTY = 7
"""Of fifty companies that tell their employees the one that tells those of a part too."""
MONTHS_A_YEAR = 12
EMPLOYEES, TURNOVER = "AverageNumberEmployeesDuringPeriod", "TurnoverRevenue"
MARK = b"\xef\xbb\xbf"
LITTER = b"\x00\x05\x16\x07"
SPACES = (
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"\n'
    ' xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core" xmlns:bus="http://xbrl.frc.org.uk/cd/2023-01-01/business"'
)
PART = (
    '\n<xbrli:segment><xbrldi:explicitMember dimension="core:Activity">core:Production</xbrldi:explicitMember>'
    "</xbrli:segment>"
)
CONTEXT = """<xbrli:context id="{name}"><xbrli:entity>
<xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier>{part}</xbrli:entity>
<xbrli:period>{period}</xbrli:period></xbrli:context>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 {spaces}>
<head><title>Accounts</title></head><body><div style="display:none"><ix:header><ix:resources>
{contexts}</ix:resources></ix:header></div>
<p>Registered number
<ix:nonNumeric name="bus:UKCompaniesHouseRegisteredNumber" contextRef="day">{company}</ix:nonNumeric></p>
{facts}</body></html>
"""
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<xbrli:xbrl {spaces}>
{contexts}{facts}</xbrli:xbrl>
"""
PAGE_FACT = (
    '<p><ix:nonFraction name="core:{name}" contextRef="{context}" unitRef="{unit}" decimals="0" '
    'format="ixt:numdotdecimal">{value:,}</ix:nonFraction></p>\n'
)
FILE_FACT = '<core:{name} contextRef="{context}" unitRef="{unit}" decimals="0">{value}</core:{name}>\n'


@dataclass(frozen=True)
class Fact:
    """A figure, and what it is of."""

    name: str
    context: Literal["year", "before", "part"]
    value: int

    def written(self, form: str) -> str:
        """As it stands in a filing of a form."""
        unit = "GBP" if self.name == TURNOVER else "pure"
        return form.format(name=self.name, context=self.context, unit=unit, value=self.value)


def filings(firms: Firms, month: Month, seed: int, a_year: int = 1) -> Iterator[tuple[str, bytes]]:
    """The accounts filed in a month, as members of the ZIP: name and content. A company files `a_year` times a year."""
    register = firms.register
    total = np.add.reduceat(register.unit_true_employees, register.first_unit)
    numbers = np.flatnonzero(firms.is_company[: firms.enterprises])
    turn = np.floor(scattered(seed, "month of accounts", numbers) * MONTHS_A_YEAR).astype(np.int64)
    every = MONTHS_A_YEAR // a_year
    filed = numbers[turn % every == (month.number - 1) % every]
    tells = scattered(seed, "what accounts tell", filed)
    forms = scattered(seed, "form of accounts", filed)
    end = month.plus(-MONTHS_A_YEAR).last_day
    run = f"Prod223_{month.year % 100}{month.number:02d}"
    apart: list[tuple[str, bytes]] = []
    for company, number, told, form in zip(firms.company_numbers(filed), filed.tolist(), tells, forms, strict=True):
        facts = _facts(int(total[number]), number, told)
        is_page = form >= NO_PAGE
        kind = "html" if is_page and form < 1 - MISNAMED else "zip" if is_page else "xml"
        content = (MARK if NO_PAGE <= form < MARKED else b"") + _filing(company, end, facts, is_page).encode()
        member = (f"{run}_{company}_{end:%Y%m%d}.{kind}", content)
        if 1 - MISNAMED - OF_INTEREST <= form < 1 - MISNAMED:
            apart.append(member)
        else:
            yield member
    if apart:
        yield f"{run}_CIC.zip", zip_of([*apart, *((f"__MACOSX/._{name}", LITTER) for name, _ in apart)])


def _facts(staff: int, number: int, told: float) -> list[Fact]:
    """What a company files: this year's figure first, then that of the year before, which is another."""
    facts: list[Fact] = []
    if told < FILE_EMPLOYEES:
        if number % 50 == PART_OF_FIFTY:
            facts.append(Fact(EMPLOYEES, "part", staff // 2))
        facts += [Fact(EMPLOYEES, "year", staff), Fact(EMPLOYEES, "before", staff + 1 + number % 3)]
    if told < FILE_TURNOVER:
        facts += [Fact(TURNOVER, "year", (staff + 1) * 90_000), Fact(TURNOVER, "before", (staff + 1) * 85_000)]
    return facts


def _filing(company: str, end: date, facts: Sequence[Fact], is_page: bool) -> str:
    before = Month.of(end).plus(-MONTHS_A_YEAR)
    earlier = before.plus(-MONTHS_A_YEAR)
    years = {"year": (before.plus(1).first_day, end), "before": (earlier.plus(1).first_day, before.last_day)}
    spans = {
        name: f"<xbrli:startDate>{first}</xbrli:startDate><xbrli:endDate>{last}</xbrli:endDate>"
        for name, (first, last) in years.items()
    }
    periods = {**spans, "part": spans["year"], "day": f"<xbrli:instant>{end}</xbrli:instant>"}
    used = {"day", "year", "before", *(fact.context for fact in facts)}
    contexts = "".join(
        CONTEXT.format(name=name, company=company, part=PART if name == "part" else "", period=period)
        for name, period in periods.items()
        if name in used
    )
    written = "".join(fact.written(PAGE_FACT if is_page else FILE_FACT) for fact in facts)
    return (PAGE if is_page else FILE).format(spaces=SPACES, contexts=contexts, company=company, facts=written)
