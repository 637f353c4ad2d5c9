"""Kinds of input that people meet, laid over a small synthetic month: tables in general, and Innovate UK.

A case is a folder of drops beside the project; its test skips where they are absent, and a small input of the same kind
stands in the tests of the readers. `laid("name of the case")` gives what became of the month (`laying.Laid`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from tests.sources.laying import Laid

Lay = Callable[[str | Mapping[str, str | bytes]], Laid]

READ = {
    "03-iuk-active": {"innovate_uk": (4, 0)},
    "09-iuk-crn": {"innovate_uk": (20, 0)},
    "10a-iuk-cover-sheet": {"innovate_uk": (2, 0)},
    "10e-iuk-headers": {"innovate_uk": (2, 0)},
    "11-iuk-withdrawn": {"innovate_uk": (4, 0)},
    "29f-semicolon": {"idbr_enterprises": (300, 0), "idbr_local_units": (300, 0)},
}
"""What each reader says of a case: rows read, and rows refused or passed over."""
CRNS = [
    *("01234567", "IP28341R", "SC123456", "R0000123", "R0000123", "09999992", "09999993", "09999994", "09999995"),
    *(None, "OC300001", "OC030001", "SP2345RS", "SP2345RS", None, None, None, "01156789", None, None),
]
"""Of case 09, in the order of its rows."""


@pytest.mark.parametrize("name", READ)
def test_what_each_reader_says_of_a_case(laid: Lay, name: str) -> None:
    month = laid(name)
    assert {dataset: month.read(dataset) for dataset in READ[name]} == READ[name]


def test_the_month_is_taken_over_where_nothing_is_laid_over_it(laid: Lay) -> None:
    month = laid({})
    assert month.read("idbr_enterprises")[0] > 1_000
    assert any(sentence.endswith("is loaded already and taken over") for sentence in month.said)


def test_one_who_is_active_did_not_withdraw(laid: Lay) -> None:
    month = laid("03-iuk-active")
    assert month.rows("select participant_name, is_withdrawn from sources.innovate_uk order by row_number") == [
        ("ALDERBROOK SENSORS LTD", False),
        ("Fernhill University", False),
        ("MOSSGATE LTD", True),
        ("QUILLON LTD", False),
    ]


def test_company_numbers_as_people_write_them(laid: Lay) -> None:
    month = laid("09-iuk-crn")
    assert [crn for (crn,) in month.rows("select crn from sources.innovate_uk order by row_number")] == CRNS
    month.make_organisations()
    both = month.rows(
        "select distinct organisation_id from organisations.matches as matches "
        "join organisations.source_records as records using (dataset, record_key) "
        "where records.crn in ('IP28341R', 'IP028341')"
    )
    assert both == [("CRN-IP28341R",)]


def test_the_table_is_found_behind_a_cover_sheet(laid: Lay) -> None:
    month = laid("10a-iuk-cover-sheet")
    assert month.rows("select sum(award_gbp) from sources.innovate_uk") == [(Decimal("150000.00"),)]


def test_grants_of_older_books_are_awards(laid: Lay) -> None:
    month = laid("10e-iuk-headers")
    assert month.rows("select project_id, award_gbp from sources.innovate_uk order by row_number") == [
        ("20010001", Decimal("100000.00")),
        ("20010001", Decimal("50000.00")),
    ]


def test_money_of_those_who_withdrew_is_not_counted(laid: Lay) -> None:
    month = laid("11-iuk-withdrawn")
    of_list = "from organisations.{} where funder = 'innovate_uk'"
    for counts, total in ((True, 120_000), (False, 100_000)):
        month.make_organisations(on_hold_funding_counts=counts)
        funding = month.rows(f"select sum(amount_gbp) {of_list.format('funding')}")
        assert funding == [(Decimal(total),)]
        placed = month.rows("select sum(iuk_funding_gbp) from organisations.apportioned_sites")[0][0]
        (unlocated,) = month.rows(f"select coalesce(sum(amount_gbp), 0) {of_list.format('unlocated_funding')}")[0]
        assert placed + unlocated == total
        assert month.rows(f"select sum(amount_gbp) {of_list.format('uncounted_funding')}") == [(220_000 - total,)]


def test_values_between_semicolons_are_read(laid: Lay) -> None:
    month = laid("29f-semicolon")
    found = month.rows("select entref, crn, employees, turnover_gbp from sources.idbr_enterprises order by 1 limit 1")
    assert found == [("E0000", "09000000", 5, Decimal("100000.00"))]
