"""Figures read off a page, held against the package that builds a document of it: the same, or left to it."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from stream_read_xbrl import stream_read_xbrl_zip

from assets.sources.readers.account_plain import plain_figures
from tests.sources.readers.filings import employees, filing, packed, turnover

END = date(2024, 3, 31)
TEXTS = ("12", "1,234", "0", "-", "—", " 7 ", "", "12,34", "1.5", "(3)", "2024 - 3", "<span>4</span>", "&#53;")
ATTRIBUTES = ("", 'sign="-"', 'scale="3"', 'scale="0"', 'format="ixt:numdotdecimal"', 'format="ixt:numdotcomma"')


def members() -> dict[str, bytes]:
    """A filing for each text in each form, as employees and as turnover, and some with several facts."""
    made: dict[str, bytes] = {}
    facts = [
        *itertools.product((employees, turnover), TEXTS, ATTRIBUTES),
        *((turnover, "5", context) for context in ('id="x"', "")),
    ]
    for number, (fact, text, attributes) in enumerate(facts):
        made |= filing(f"{number:08d}", END.isoformat(), fact(text, attributes))
    several = [
        (employees("3"), employees("4")),
        (employees("3"), turnover("9,000")),
        ("<!-- ", employees("3"), " -->", employees("4")),
        ("<p>EmployeesTotal</p>", employees("4")),
        (turnover("9", context="nowhere"),),
        ("<p>no figure</p>",),
    ]
    for number, facts_of_one in enumerate(several):
        made |= filing(f"9{number:07d}", END.isoformat(), *facts_of_one)
    return made


def by_the_package(made: dict[str, bytes]) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    found: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    with stream_read_xbrl_zip(iter([packed(made)])) as (columns, rows):
        for row in rows:
            told = dict(zip(columns, row, strict=True))
            own = told["turnover_gross_operating_revenue"] if told["period_end"] in (END, None) else None
            found.setdefault(str(told["company_id"]), (told["average_number_employees_during_period"], own))
    return found


def test_what_is_read_off_a_page_is_what_the_package_reads():
    made = members()
    plain = {name.split("_")[2]: plain_figures(page, END) for name, page in made.items()}
    read = {company: figures for company, figures in plain.items() if figures is not None}
    packaged = by_the_package({name: page for name, page in made.items() if name.split("_")[2] in read})
    assert read == {company: packaged[company] for company in read}
    assert len(read) > 40


@pytest.mark.parametrize(
    ("facts", "figures"),
    [
        ((employees("1,234"),), (Decimal(1234), None)),
        ((employees("5", 'format="ixt2:numdotdecimal" scale="0"'), turnover("90")), (Decimal(5), Decimal(90))),
        ((employees("—"),), (None, None)),
        (("<p>nothing of either</p>",), (None, None)),
        (("<!-- ", employees("9"), " -->", employees("4")), (Decimal(4), None)),
        ((employees("7", 'sign="-"'),), None),
        ((employees("7", 'scale="3"'),), None),
        ((employees("3"), employees("4")), None),
        ((turnover("1.234", 'format="ixt:numdotcomma"'),), None),
        ((turnover("90", context="nowhere"),), None),
        (("<script>", employees("4"), "</script>"), None),
        (("<core:EmployeesTotal>4</core:EmployeesTotal>",), None),
    ],
)
def test_plain_figures_are_read_and_all_else_is_left(facts: tuple[str, ...], figures: object):
    (page,) = filing("00000001", END.isoformat(), *facts).values()
    assert plain_figures(page, END) == figures
