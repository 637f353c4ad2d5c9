"""The synthetic United Kingdom as a whole: repeatable, in proportion, as uneven as business is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import shapely
from typer.testing import CliRunner

from assets.method import MethodProfile
from assets.methods.geometry.grid import to_grid
from assets.months import Month
from assets.sources.steps import ingest_step
from assets.synthetic import FILE
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.cli import app
from synthetic_uk import Settings, SynthesisReport, drawn_until, synthesise
from synthetic_uk.firms import registration_numbers
from synthetic_uk.geography import REGION_SHARES, Geography, draw_geography
from synthetic_uk.names import plain_names
from synthetic_uk.postcode_text import postcode_texts, unknown_postcodes
from synthetic_uk.streams import choose, stream
from tests.synthetic_uk.conftest import MONTHS, SCALE, SEED

EMPLOYERS = 12_430
"""Real employers with a place, which the background is compared with at the same number of points."""


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def share_in_densest_cells(x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], share: float) -> float:
    """Share of points in the densest `share` of the 1 km cells that have any."""
    cells = np.column_stack([x_m // 1_000, y_m // 1_000])
    count = np.sort(np.unique(cells, axis=0, return_counts=True)[1])[::-1]
    return float(count[: max(1, int(share * len(count)))].sum() / count.sum())


@pytest.fixture(scope="module")
def geography() -> Geography:
    return draw_geography(0.05, SEED, Settings())


@pytest.fixture(scope="module")
def business(geography: Geography) -> npt.NDArray[np.int64]:
    """Postcodes of local units at 1:20."""
    return choose(stream(SEED, "test"), geography.postcodes.draw, 155_000)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, synthetic: SynthesisReport) -> None:
    again = synthesise(tmp_path, MONTHS, SCALE, SEED)
    assert digests(tmp_path) == digests(synthetic.out)
    assert again.rows == synthetic.rows


def test_another_seed_gives_another_country(tmp_path: Path, synthetic: SynthesisReport) -> None:
    synthesise(tmp_path, MONTHS[:1], SCALE, SEED + 1)
    here, there = digests(tmp_path), digests(synthetic.out)
    # Districts follow from the real towns alone, nothing has happened by the first month, persons are nobody's, and all
    # bear one mark.
    same = [name for name in here if here[name] == there[name]]
    persons = f"ukri/{MONTHS[0]}/persons-000.jsonl.gz"
    boundaries = [f"boundaries/{MONTHS[0]}/{layer}_MAR_2025_UK_BUC.geojson" for layer in ("ITL1", "LAD", "TTWA")]
    boundaries.append(f"boundaries/{MONTHS[0]}/{FILE}")
    assert same == [*boundaries, f"truth/{MONTHS[0]}/events.csv", persons]


def test_a_longer_range_of_months_leaves_the_earlier_ones_as_they_are(tmp_path: Path) -> None:
    for months in ("2025-03", "2025-03:2025-05"):
        given = ["synthesise", f"--months={months}", "--scale=0.001", "--seed=11", f"--out={tmp_path / months[-2:]}"]
        assert CliRunner().invoke(app, given).exit_code == 0
    shorter, longer = digests(tmp_path / "03"), digests(tmp_path / "05")
    assert {name: longer[name] for name in shorter} == shorter
    assert {name[-1] for name in map(_month_of, longer.keys() - shorter.keys())} == {"4", "5"}


def _month_of(name: str) -> str:
    """The month in the name of a file of a drop."""
    (month, *_) = re.findall(r"20\d\d-\d\d", name)
    return str(month)


def test_a_country_is_drawn_by_whole_years() -> None:
    march = Month(2025, 3)
    for count, until in ((1, Month(2026, 2)), (12, Month(2026, 2)), (13, Month(2027, 2))):
        assert drawn_until([march.plus(number) for number in range(count)]) == until


def test_a_country_is_not_drawn_for_less_than_its_months(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"until 2025-04: expected 2025-05, the last of its months, or later"):
        synthesise(tmp_path, MONTHS, SCALE, SEED, until=MONTHS[1])


def test_a_project_closes_in_the_month_that_it_ends_in(drops: Path) -> None:
    """Whatever months come after."""
    for month in MONTHS:
        rows = pl.read_csv(drops / "innovate_uk_applications" / f"{month}.csv.gz", infer_schema=False)
        ended = rows.drop_nulls("Project End Date").filter(pl.col("Project Status").is_in(["Closed", "Live"]))
        is_past = ended["Project End Date"].str.to_date() <= month.last_day
        assert (is_past == (ended["Project Status"] == "Closed")).all()
        assert 0 < is_past.sum() < ended.height


def test_totals_are_in_proportion(tmp_path: Path, synthetic: SynthesisReport) -> None:
    larger = synthesise(tmp_path, MONTHS[:1], 0.003, SEED)
    settings = Settings()
    first = str(MONTHS[0])
    for report, scale in ((synthetic, SCALE), (larger, 0.003)):
        assert report.rows["idbr_local_units"][first] == round(settings.local_units * scale)
        assert report.rows["rtic_companies"][first] == round(settings.rtic_firms * scale)
        assert report.rows["postcodes"][first] == pytest.approx(settings.unit_postcodes * scale, rel=0.15)
    assert sum(larger.clusters[first].values()) >= sum(synthetic.clusters[first].values())


def test_large_tables_are_parquet_only_where_they_are_large(synthetic: SynthesisReport) -> None:
    assert [path.name for path in sorted((synthetic.out / "rtic_companies").iterdir())] == [
        f"{month}.csv.gz" for month in MONTHS
    ]


def test_progress_is_told_up_to_the_whole(tmp_path: Path) -> None:
    messages: list[tuple[str, float]] = []
    synthesise(tmp_path, MONTHS[:1], SCALE, SEED, lambda message, share: messages.append((message, share)))
    shares = [share for _, share in messages]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("months", "scale", "named"),
    [
        ((Month(2025, 5),), 2.0, "scale 2.0"),
        ((Month(2025, 5),), 0.0001, "scale 0.0001"),
        ((), 0.01, "months"),
        ((Month(2025, 5), Month(2025, 4)), 0.01, "months"),
    ],
)
def test_arguments_out_of_range_are_named(tmp_path: Path, months: tuple[Month, ...], scale: float, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        synthesise(tmp_path, months, scale, SEED)


def test_regions_have_the_share_of_business_that_the_register_gives_them(
    geography: Geography, business: npt.NDArray[np.int64]
) -> None:
    share = 100 * np.bincount(geography.postcodes.region[business], minlength=12) / len(business)
    # Postcodes near a border belong to the region of the nearest town, not of the settlement they were drawn for.
    assert np.abs(share - np.array(list(REGION_SHARES.values()))).max() < 1.5


def test_business_is_as_uneven_as_docstring_and_reality_say(
    geography: Geography, business: npt.NDArray[np.int64]
) -> None:
    postcodes = geography.postcodes
    x_m = postcodes.x_m + 2e6 * postcodes.is_ni
    some = business[:EMPLOYERS]
    assert 0.10 < share_in_densest_cells(x_m[some], postcodes.y_m[some], 0.01) < 0.17
    assert 0.34 < share_in_densest_cells(x_m[some], postcodes.y_m[some], 0.10) < 0.43
    sites = np.sort(np.bincount(business))[::-1]
    assert sites[0] > 100
    assert sites[100] > 25


def test_business_lies_between_homes_and_head_offices(
    geography: Geography, business: npt.NDArray[np.int64], shared_data: Path
) -> None:
    employers = pl.read_parquet(shared_data / "gender_pay_gap_employers" / "employers_latest_geocoded.parquet")
    placed = employers.drop_nulls("lat")
    homes = pl.read_parquet(
        shared_data / "postcodes_nspl_2025_05" / "postcodes_uk_enriched.parquet",
        columns=["easting_approx", "northing_approx"],
    ).sample(EMPLOYERS, seed=SEED)
    office_x, office_y = to_grid(placed["lat"].to_numpy(), placed["lon"].to_numpy(), "gb")
    postcodes = geography.postcodes
    some = business[:EMPLOYERS]
    drawn = stream(SEED, "homes").choice(len(postcodes), EMPLOYERS, replace=False)
    x_m = postcodes.x_m + 2e6 * postcodes.is_ni
    for share in (0.01, 0.10):
        real_homes = share_in_densest_cells(
            homes["easting_approx"].to_numpy().astype(float), homes["northing_approx"].to_numpy().astype(float), share
        )
        head_offices = share_in_densest_cells(office_x, office_y, share)
        ours = share_in_densest_cells(x_m[some], postcodes.y_m[some], share)
        assert real_homes < ours < head_offices
        assert share_in_densest_cells(x_m[drawn], postcodes.y_m[drawn], share) == pytest.approx(real_homes, rel=0.15)


def test_the_outline_is_the_countrys(geography: Geography, shared_data: Path) -> None:
    areas = pl.read_parquet(shared_data / "geography_uk" / "uk_areas_wkb.parquet").filter(pl.col("layer") == "RGN")
    for is_ni, grid, land in ((False, "gb", geography.land.britain), (True, "ni", geography.land.northern_ireland)):
        shapes = shapely.from_wkb(areas.filter(pl.col("code").str.starts_with("N92") == is_ni)["wkb"].to_list())
        real = shapely.transform(
            shapely.make_valid(shapely.union_all(shapes)),
            lambda degrees, grid=grid: np.column_stack(to_grid(degrees[:, 1], degrees[:, 0], grid)),
        )
        real = shapely.make_valid(real)
        common = shapely.intersection(real, land).area
        assert common / shapely.union(real, land).area > 0.85


def test_postcodes_are_on_land_and_in_their_grid(geography: Geography) -> None:
    postcodes = geography.postcodes
    assert geography.land.holds(postcodes.x_m, postcodes.y_m, postcodes.is_ni).mean() > 0.999
    towns = geography.settlements
    assert (towns.is_ni[postcodes.town] == postcodes.is_ni).all()


def test_postcode_texts_are_distinct_and_nest_in_space(geography: Geography) -> None:
    postcodes = geography.postcodes
    texts = postcode_texts(postcodes.x_m, postcodes.y_m, postcodes.is_ni)
    assert texts.is_unique().all()
    assert (texts.str.starts_with("BT").to_numpy() == postcodes.is_ni).all()
    frame = pl.DataFrame({"sector": texts.str.head(-2), "area": texts.str.extract("^([A-Z]+)"), "x": postcodes.x_m})
    within = frame.group_by("sector").agg(pl.col("x").std(), pl.len()).filter(pl.col("len") > 5)["x"].mean()
    whole = frame.group_by("area").agg(pl.col("x").std())["x"].mean()
    assert within < 0.8 * whole  # type: ignore[operator]


def test_unknown_postcodes_are_in_a_known_sector_and_in_no_directory(geography: Geography) -> None:
    postcodes = geography.postcodes
    texts = postcode_texts(postcodes.x_m, postcodes.y_m, postcodes.is_ni)
    unknown = unknown_postcodes(texts)
    assert not unknown.is_in(texts.implode()).any()
    assert (unknown.str.head(-2) == texts.str.head(-2)).all()


def test_names_are_distinct() -> None:
    numbers = np.concatenate([np.arange(200_000), np.arange(6_000_000, 6_200_000)])
    assert plain_names(numbers).is_unique().all()


def test_the_sources_layer_reads_every_drop_and_refuses_only_repeated_rows(
    tmp_path: Path, synthetic: SynthesisReport
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    warehouse.create()
    for month in MONTHS:
        run_step(ingest_step(str(synthetic.out)), warehouse, month, [MethodProfile(name="test")])
    used = warehouse.read("select distinct dataset from sources.drops where not starts_with(path, 'default:')")
    assert set(used["dataset"]) == set(synthetic.rows)
    reasons = warehouse.read("select distinct dataset, reason from sources.rejected order by dataset")
    assert reasons.rows() == [("innovate_uk", "repeated row"), ("innovate_uk_applications", "repeated row")]
    for dataset in ("idbr_local_units", "idbr_enterprises"):
        kept = warehouse.read(f"select count(*) as rows from sources.{dataset}")["rows"].item()
        assert kept == synthetic.rows[dataset][str(MONTHS[0])]


def test_every_registration_number_is_one_that_a_register_gives_out() -> None:
    scottish = 999_983
    numbers = registration_numbers(np.ones(scottish, dtype=np.int64), np.arange(scottish))
    assert numbers.n_unique() == scottish
    assert numbers.str.contains(r"^SC\d{6}$").all()
    assert "SC000000" not in numbers
