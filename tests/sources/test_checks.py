"""The layer's rules fail where they should, and pass on what the step writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.warehouse.checks import run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.sources.support import LENIENT, LOCAL_UNITS_CSV, MAY, ingest, put, put_register

CHANGES: dict[str, str] = {
    "every_site_has_an_enterprise": "delete from sources.idbr_enterprises where entref = '9003'",
    "site_codes_have_a_sector": "delete from reference.sic_sectors where sic2007_prefix = '62'",
    "firm_codes_have_a_sector": "delete from reference.rtic_sectors where rtic_code = 'RTIC0052'",
    "every_participant_has_a_project_and_a_name": "delete from sources.ukri_organisations",
    "no_row_was_refused": (
        "insert into sources.rejected values "
        "('postcodes', '2025-05-01', 'postcodes/2025-05.csv', 2, 'lat', 'x', 'expected a number')"
    ),
    "sic_sectors_are_32": "update reference.sic_sectors set sector = 'Machinery' where sector = 'Engineering'",
    "rtic_sectors_are_46": "delete from reference.rtic_sectors where rtic_code = 'RTIC0052'",
    "centroids_count_every_postcode": "update reference.postcode_areas set postcodes = 5 where area = 'OX11'",
}


@pytest.mark.parametrize("rule", CHANGES)
def test_a_rule_passes_on_what_is_written_and_fails_on_what_breaks_it(
    warehouse: Warehouse, tmp_path: Path, rule: str
) -> None:
    put_register(tmp_path / "sources")
    put(
        tmp_path / "sources",
        "rtic_companies/2025-05.csv",
        "company_number,company_name,rtic_codes,employees,turnover\n1,Alpha,RTIC0052,,\n",
    )
    put(
        tmp_path / "sources",
        "ukri/2025-05.csv",
        "ProjectId,ProjectReference,Title,FundingOrgName,Status,StartDate,EndDate,AwardPounds,LeadROName,LeadROId,Region\n"
        "P1,R1,T,AHRC,Active,2020-01-01,,5,Alpha,O1,London\n",
    )
    made = ingest(warehouse, tmp_path / "sources")
    assert next(outcome for outcome in made.checks if outcome.name == rule).passed
    with warehouse.transaction() as connection:
        connection.execute(CHANGES[rule])
    with warehouse.connect() as connection:
        again = run_checks(connection, list(made.rows), step_parameters(MAY, LENIENT), ["test"])
    broken = next(outcome for outcome in again if outcome.name == rule)
    assert not broken.passed
    assert {"expected", "actual"} <= set(broken.evidence.columns)


def test_refused_rows_are_a_warning_with_their_places(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("62020", "62999"))
    checks = ingest(warehouse, tmp_path / "sources", profile=LENIENT).checks
    refused = next(outcome for outcome in checks if outcome.name == "no_row_was_refused")
    assert (refused.passed, refused.blocking, refused.failing_rows) == (False, False, 1)
    assert refused.evidence.select("row_number", "column_name", "actual").row(0) == (3, "sic2007", "62999")
    assert not refused.evidence["expected"][0].startswith("expected"), "what is expected stands under that word"
