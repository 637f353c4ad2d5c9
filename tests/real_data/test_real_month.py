"""A month of the real files beside the project, where they are there."""

import math
from pathlib import Path

import pytest

from assets.months import Month
from assets.warehouse.database import Warehouse
from pipelines.runs import run_month
from pipelines.settings import Settings
from tools.real_drops import write_drops

MONTH = Month(2025, 5)
CARDIFF = (51.48, -3.18)
AHRC_AWARDS_GBP = 1_141_327_010


@pytest.fixture(scope="module")
def warehouse(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("real")
    write_drops(shared_data, folder / "sources")
    settings = Settings(
        sources=str(folder / "sources"),
        warehouse=str(folder / "warehouse.duckdb"),
        publication=str(folder / "publication"),
        profiles=("dsit-v1",),
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        outcome = run_month(settings, MONTH)
    assert outcome.succeeded, outcome.problems
    return Warehouse(folder / "warehouse.duckdb")


def test_every_row_of_the_real_files_is_read(warehouse: Warehouse):
    read = warehouse.read("select dataset, rows_read, rows_rejected from sources.drops where path not like 'default:%'")
    assert set(read.rows()) >= {
        ("postcodes", 2_690_859, 0),
        ("idbr_enterprises", 12_529, 0),
        ("idbr_local_units", 12_529, 0),
        ("ukri", 8_297, 0),
    }


def test_every_penny_of_the_arts_council_is_kept(warehouse: Warehouse):
    placed = warehouse.read(
        "select (select sum(ukri_funding_gbp) from organisations.apportioned_sites) "
        "+ (select sum(amount_gbp) from organisations.unlocated_funding where funder = 'ukri') as total"
    )
    assert placed.item() == AHRC_AWARDS_GBP


def test_almost_every_employer_is_placed_by_its_postcode(warehouse: Warehouse):
    counts = dict(warehouse.read("select geocode_quality, count(*) from organisations.sites group by all").rows())
    assert counts["postcode"] > 0.98 * sum(counts.values())


def test_the_collaborators_of_cardiff_are_a_cluster_at_cardiff(warehouse: Warehouse):
    clusters = warehouse.read(
        "select name, latitude, longitude, cluster_type from typology.innovation_clusters where name like 'Cardiff%'"
    )
    assert clusters.height > 0
    for _, latitude, longitude, kind in clusters.rows():
        north_km = (latitude - CARDIFF[0]) * 111
        east_km = (longitude - CARDIFF[1]) * 111 * math.cos(math.radians(latitude))
        assert math.hypot(north_km, east_km) < 20
        assert kind == "R&D Collaborating"
