"""Which facts of a filing are the company's own: of its own year, and of the whole company.

A filing tells of the year before too, in whichever column, and larger ones tell of parts: employees of production and
of sales, turnover by country. The package that reads filings takes one number of employees, of whatever year and part
(the last in the filing: as it is printed, that of the year before), and one turnover of a year, of whatever part. So
the others are taken out before. What belongs here: which facts those are. What does not: reading any value (the package
`stream-read-xbrl`).

This works on the bytes: contexts and facts are told by their tags, and all else of the page stays as it is, to be read
or refused by the package. To parse each page a second time would double what reading takes.
"""

from __future__ import annotations

import re
from datetime import date

NAMES = (
    b"AverageNumberEmployeesDuringPeriod",
    b"EmployeesTotal",
    b"TurnoverRevenue",
    b"TurnoverGrossOperatingRevenue",
)
"""What employees and turnover are called, in the taxonomies of all years."""
DAYS_APART = 7
"""A year may end so many days before or after the day that it is accounted for (Companies Act 2006, section 390)."""
_PREFIX = rb"(?:[\w.-]+:)?"
_NAMED = b"|".join(NAMES)
CONTEXT = re.compile(rb"<%bcontext\b([^<>]*)>(.*?)</%bcontext\s*>" % (_PREFIX, _PREFIX), re.DOTALL)
ID = re.compile(rb"""\bid\s*=\s*["']([^"']*)["']""")
ENDS = re.compile(rb"<%b(?:endDate|instant)\s*>\s*(\d{4}-\d\d-\d\d)" % _PREFIX)
PART = re.compile(rb"<%b(?:segment|scenario)\b" % _PREFIX)
"""What a context has that is of a part of the company."""
REFERENCE = re.compile(rb"""\bcontextRef\s*=\s*["']([^"']*)["']""")
IN_A_PAGE = re.compile(
    rb"""(<%bnonFraction\b[^<>]*?\bname\s*=\s*["']%b)(%b)(["'][^<>]*>)""" % (_PREFIX, _PREFIX, _NAMED)
)
"""A fact in a page: before its name, its name, the rest of its tag."""
BY_ITSELF = re.compile(rb"<(%b(?:%b))(\b[^<>]*)(?<!/)>.*?</\1\s*>" % (_PREFIX, _NAMED), re.DOTALL)
"""A fact in a file that is no page: its name, and the rest of its tag."""


def own_facts(page: bytes, day: date) -> bytes:
    """A filing for the year that ends at `day`, without employees and turnover of other years and of parts.

    A fact whose context the filing does not have is left in it.
    """
    if not any(name in page for name in NAMES):
        return page
    others = _others(page, day)
    if not others:
        return page

    def in_a_page(fact: re.Match[bytes]) -> bytes:
        # A name of the same length that nothing is read by.
        return fact[1] + b"x" * len(fact[2]) + fact[3] if _context(fact[0]) in others else fact[0]

    def by_itself(fact: re.Match[bytes]) -> bytes:
        return b"" if _context(fact[2]) in others else fact[0]

    return BY_ITSELF.sub(by_itself, IN_A_PAGE.sub(in_a_page, page))


def is_of_year(end: date, day: date) -> bool:
    """Whether a period that ends at `end` is the year that is accounted for at `day`."""
    return abs((end - day).days) <= DAYS_APART


def ends_of(page: bytes) -> list[tuple[bytes, date | None]]:
    """Of each context of a filing its name, and the last day of its period where that is a date."""
    named = [(ID.search(context[1]), _end(context[2])) for context in CONTEXT.finditer(page)]
    return [(name[1], end) for name, end in named if name]


def _others(page: bytes, day: date) -> set[bytes]:
    """The contexts that are of another year, or of a part of the company."""
    found: set[bytes] = set()
    for context in CONTEXT.finditer(page):
        name, end = ID.search(context[1]), _end(context[2])
        if name and (PART.search(context[2]) or (end and not is_of_year(end, day))):
            found.add(name[1])
    return found


def _end(context: bytes) -> date | None:
    ends = ENDS.search(context)
    try:
        return date.fromisoformat(ends[1].decode()) if ends else None
    except ValueError:
        return None


def _context(tag: bytes) -> bytes | None:
    reference = REFERENCE.search(tag)
    return reference[1] if reference else None
