"""Figures of a filing that are written plainly: read off its bytes, as nearly all are.

What belongs here: when a figure is plain beyond doubt, and what it is. What does not: any other, which the package
`stream-read-xbrl` reads (`account_filings`), and which facts are the company's own (`account_facts`).

The package builds a document of each page and looks at each element of it, some milliseconds a filing: at 300 thousand
filings a month a quarter of an hour and more. A figure is plain where the page names employees, or turnover, once, in
one fact of digits with thousands commas at most, as an inline fact without a scale or a sign; or not at all.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from assets.sources.readers.account_facts import NAMES, ends_of, is_of_year

Figures = tuple[Decimal | None, Decimal | None]
"""Employees and turnover; None where the filing does not tell of them."""
NAMED = re.compile(b"|".join(NAMES))
FACT = re.compile(
    rb'<ix:nonFraction\b((?:\s+[\w:.-]+="[^"<>&]*")*)\s*>\s*([0-9][0-9,]*|-|\xe2\x80\x93|\xe2\x80\x94)?\s*</ix:nonFraction>'
)
"""An inline fact that holds a number or the dash that stands for none, and nothing else."""
ATTRIBUTE = re.compile(rb'([\w:.-]+)="([^"]*)"')
NUMBER = re.compile(rb"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+")
COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
UNLIKE = (b"<![CDATA[", b"<script", b"<!ENTITY", b"<!--")
"""What a page may hold facts in that are none."""
PLAIN_FORMATS = (b"numdotdecimal", b"num-dot-decimal", b"numcommadot", b"fixed-zero", b"zerodash", b"numdash", b"")
EMPLOYEES = (b"AverageNumberEmployeesDuringPeriod", b"EmployeesTotal")


def plain_figures(page: bytes, day: date) -> Figures | None:
    """The figures of a page that has the company's own facts alone; None where they are not plain beyond doubt.

    `day` is the balance sheet's.
    """
    if not NAMED.search(page):
        return None, None
    page = COMMENT.sub(b"", page) if b"<!--" in page else page
    if any(mark in page for mark in UNLIKE):
        return None
    named = len(NAMED.findall(page))
    employees: list[Decimal | None] = []
    turnover: list[Decimal | None] = []
    for fact in FACT.finditer(page):
        told = dict(ATTRIBUTE.findall(fact[1]))
        name = told.get(b"name", b"").rpartition(b":")[2]
        if name not in NAMES:
            continue
        if not _is_plain(told, fact[2]):
            return None
        value = Decimal(fact[2].replace(b",", b"").decode()) if fact[2] and fact[2][:1].isdigit() else None
        if name in EMPLOYEES:
            employees.append(value)
        elif is_year := _is_of_year(page, told.get(b"contextRef", b""), day):
            turnover.append(value)
        elif is_year is None:
            return None
    if len(employees) + len(turnover) != named or len(employees) > 1 or len(turnover) > 1:
        return None
    return next(iter(employees), None), next(iter(turnover), None)


def _is_plain(told: dict[bytes, bytes], text: bytes | None) -> bool:
    is_number = not text or not text[:1].isdigit() or NUMBER.fullmatch(text) is not None
    return (
        is_number
        and b"sign" not in told
        and told.get(b"scale", b"0") == b"0"
        and told.get(b"format", b"").rpartition(b":")[2] in PLAIN_FORMATS
    )


def _is_of_year(page: bytes, context: bytes, day: date) -> bool | None:
    """Whether a context is of the year that ends at `day`; None where that is not plain."""
    ends = [end for name, end in ends_of(page) if name == context]
    return is_of_year(ends[0], day) if len(ends) == 1 and ends[0] is not None else None
