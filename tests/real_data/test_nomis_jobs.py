"""Real jobs of 40 areas and 729 industries (BRES 2019 to 2021) fed as `business_counts` at their own geography.

What is known of these places comes out: the quotients that were worked out from the same file beside it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from assets.method import MethodProfile, OrganisationsMethod
from assets.months import Month
from assets.organisations.steps import STEPS as OF_ORGANISATIONS
from assets.spatial.steps import STEPS as OF_SPACE
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from tests.sources.support import ingest
from tools.open_drops import MONTH, nomis_jobs

FOLDER = "nomis_bres_itl2_sic5"
SECTORS = {
    "ceramics (2341,2342,2343,2344,2349,2331)": ("2341", "2342", "2343", "2344", "2349", "2331"),
    "oil & gas support (0610,0620,0910)": ("0610", "0620", "0910"),
    "aerospace (3030)": ("3030",),
    "footwear (1520)": ("1520",),
    "spirits distilling (1101)": ("1101",),
    "fish processing (1020)": ("1020",),
    "iron & steel (241,242,243)": ("241", "242", "243"),
    "cutlery & tools (2571,2573)": ("2571", "2573"),
    "ships (3011)": ("3011",),
    "pharma (21)": ("21",),
}
FIRST = {
    "ceramics (2341,2342,2343,2344,2349,2331)": "Shropshire and Staffordshire",
    "oil & gas support (0610,0620,0910)": "North Eastern Scotland",
    "aerospace (3030)": "Lancashire",
    "footwear (1520)": "Leicestershire, Rutland and Northamptonshire",
    "spirits distilling (1101)": "Highlands and Islands",
    "fish processing (1020)": "East Yorkshire and Northern Lincolnshire",
}
ROUNDING = 0.005
"""Half of the last digit of the quotients in the file."""
COMPANY = pl.DataFrame(
    {
        "CompanyName": ["ONE LIMITED"],
        "CompanyNumber": ["00000001"],
        "RegAddress.PostCode": ["S1 1AA"],
        "CompanyCategory": ["Private Limited Company"],
        "CompanyStatus": ["Active"],
        "IncorporationDate": ["01/02/2003"],
        **{f"SICCode.SicText_{number}": ["None Supplied"] for number in range(1, 5)},
    }
)
PROFILE = MethodProfile(name="open", organisations=OrganisationsMethod(use_business_counts=True))


@pytest.fixture(scope="module")
def quotients(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    sources = tmp_path_factory.mktemp("jobs")
    drops = {
        "postcodes": one_postcode_an_area(shared_data),
        "companies_house": COMPANY,
        "business_counts": nomis_jobs(shared_data, range(2019, 2022)),
        "sic_sectors": pl.DataFrame(
            [(prefix, sector) for sector, prefixes in SECTORS.items() for prefix in prefixes],
            ["sic2007_prefix", "sector"],
            orient="row",
        ),
    }
    for name, frame in drops.items():
        (sources / name).mkdir()
        frame.write_csv(sources / name / f"{MONTH}.csv")
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb", threads=1)
    warehouse.create()
    month = Month(2025, 5)
    ingest(warehouse, sources, month)
    for steps, table in ((OF_ORGANISATIONS, "organisations.counted_areas"), (OF_SPACE, "spatial.area_quotients")):
        run_step(next(step for step in steps if table in step.tables), warehouse, month, [PROFILE])
    return warehouse.read("select * from spatial.area_quotients")


def one_postcode_an_area(data: Path) -> pl.DataFrame:
    """A postcode of each ITL3 area: a directory that knows them all."""
    rows = pl.read_parquet(data / "postcodes_nspl_2025_05" / "postcodes_uk_enriched.parquet")
    one = rows.filter(pl.col("itl321cd").is_not_null() & (pl.col("pc_area") != "BT")).unique(
        "itl321cd", keep="first", maintain_order=True
    )
    return one.select(
        "pcds",
        doterm=pl.lit(None, pl.String),
        lad24cd="lad24cd",
        itl321cd="itl321cd",
        rgn24cd=pl.lit(None, pl.String),
        ctry24cd=pl.lit(None, pl.String),
        ttwa15cd=pl.lit(None, pl.String),
        lat="lat",
        long="lon",
    )


@pytest.mark.parametrize("industry", FIRST)
def test_each_industry_is_first_where_it_is_known_to_be(quotients: pl.DataFrame, industry: str):
    first = quotients.filter(pl.col("sector") == industry).sort("location_quotient", descending=True)
    assert first["area_name"][0] == FIRST[industry]


@pytest.mark.parametrize("industry", SECTORS)
def test_quotients_are_those_of_the_file(quotients: pl.DataFrame, shared_data: Path, industry: str):
    expected = pl.read_csv(shared_data / FOLDER / "location_quotients_itl2_sic5_2019_21.csv").filter(
        pl.col("industry") == industry
    )
    both = expected.join(
        quotients.filter(pl.col("sector") == industry), left_on="itl2_code", right_on="area_code", suffix="_ours"
    )
    assert both.height == 5
    assert both["area_level"].unique().to_list() == ["itl2"]
    for row in both.iter_rows(named=True):
        assert row["location_quotient_ours"] == pytest.approx(row["location_quotient"], abs=ROUNDING + 1e-9)


def test_every_area_is_known_and_no_job_is_lost(quotients: pl.DataFrame, shared_data: Path):
    assert quotients["area_code"].n_unique() == 40
    jobs = nomis_jobs(shared_data, range(2019, 2022))["OBS_VALUE"].sum()
    assert quotients["national_units"].unique().to_list() == [jobs]
