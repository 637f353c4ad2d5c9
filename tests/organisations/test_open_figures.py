"""Figures of companies from their accounts, and projects of CORDIS, in the organisations' tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from assets.sources.readers.accounts import ACCOUNTS, TABLE
from assets.warehouse.database import Warehouse
from tests.organisations.world import DATASETS, put, rows, run, world
from tests.sources.readers.filings import employees, filing, packed, turnover
from tests.sources.support import read_drop
from tests.sources.support import rows as read_rows
from tests.support import use_drop

MARCH, LATER, TOO_LATE = date(2024, 3, 31), date(2025, 3, 31), date(2025, 9, 30)


def test_accounts_up_to_the_month_give_figures_with_source_and_date_and_cordis_gives_activity(warehouse: Warehouse):
    idbr = ("idbr_enterprises", "idbr_local_units", "rtic_companies", "rtic_locations")
    company = {"name": "Acme Ltd", "postcode": "OX1 1AA"}
    account = {"company_number": "00000001"}
    partner = {"is_lead": False, "activity_type": "PRC"}
    world(
        warehouse,
        {
            "sources.companies_house": [
                {**company, "company_number": "00000001"},
                {**company, "company_number": "00000002", "name": "Other Ltd"},
            ],
            "sources.accounts": [
                {**account, "balance_sheet_date": MARCH, "employees": 5, "turnover_gbp": 700},
                {**account, "balance_sheet_date": LATER, "employees": 6},
                {**account, "balance_sheet_date": TOO_LATE, "employees": 99, "turnover_gbp": 99},
            ],
            "sources.cordis_projects": [{"project_id": "7", "start_date": date(2023, 1, 1), "partners": 9}],
            "sources.cordis_participants": [
                {**partner, "project_id": "7", "organisation_key": "10", "name": "ACME LIMITED", "postcode": "M1 1AA"},
                {**partner, "project_id": "7", "organisation_key": "11", "name": "Nobody Else", "postcode": "OX1 2BB"},
            ],
        },
    )
    use_drop(warehouse, *(name for name in DATASETS if name not in idbr), "accounts", "cordis")
    run(warehouse, "organisations", use_cordis=True)
    columns = ("employees", "employees_source", "employees_as_of", "turnover_gbp", "turnover_source", "turnover_as_of")
    figures = warehouse.read(
        f"select {', '.join(columns)} from organisations.organisations where organisation_id = 'CRN-00000001'"
    ).rows()
    assert figures == [(6, "accounts", LATER, Decimal("700.00"), "accounts", MARCH)]
    active = rows(warehouse, "organisations.rdi_activity", "cordis_projects", "left(organisation_id, 4)")
    assert active == [(1, "CRN-"), (1, "ORG-")]
    partners = rows(warehouse, "organisations.project_partners", "source", "project_id", "postcode")
    assert partners == [("cordis", "CORDIS-7", "M1 1AA"), ("cordis", "CORDIS-7", "OX1 2BB")]
    put(warehouse, "sources.accounts")
    run(warehouse, "rdi_activity", use_cordis=False)
    assert rows(warehouse, "organisations.rdi_activity", "organisation_id") == []


def test_of_filings_with_both_years_the_later_balance_sheet_before_the_months_end_counts(
    warehouse: Warehouse, tmp_path: Path
):
    """Three filings of one company, each with the year before in the first column; the last is of after the month."""
    told = [("2024-03-31", "5", "4"), ("2025-03-31", "6", "5"), ("2025-09-30", "7", "6")]
    members: dict[str, bytes] = {}
    for end, now, before in told:
        facts = [employees(before, context="before"), employees(now), turnover("9", context="before")]
        members |= filing("00000001", end, *facts, *([turnover("700")] if end == "2024-03-31" else []))
    filed = read_rows(read_drop(ACCOUNTS, {"2025-12.zip": packed(members)}, tmp_path), TABLE)
    company = {"name": "Acme Ltd", "postcode": "OX1 1AA", "company_number": "00000001"}
    world(warehouse, {"sources.companies_house": [company], TABLE: filed})
    idbr = ("idbr_enterprises", "idbr_local_units", "rtic_companies", "rtic_locations")
    use_drop(warehouse, *(name for name in DATASETS if name not in idbr), "accounts")
    run(warehouse, "organisations")
    columns = ("employees", "employees_as_of", "turnover_gbp", "turnover_as_of")
    assert rows(warehouse, "organisations.organisations", *columns) == [(6, LATER, Decimal("700.00"), MARCH)]
