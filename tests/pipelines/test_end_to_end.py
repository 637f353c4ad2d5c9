"""From files to typed clusters through the command line, on a real Dagster instance and a real DuckDB file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
import shapely
from typer.testing import CliRunner

from assets.months import Month
from assets.warehouse.dagster_assets import asset_key
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from pipelines.cli import app
from pipelines.definitions import all_steps
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.recovery import measure, read_truth

MONTHS = [Month(2025, 4), Month(2025, 5)]
PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))


def run(world: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=world,
        env={**environment, "COLUMNS": "250"},
        capture_output=True,
        text=True,
        check=False,
    )


def content(world: Path) -> dict[str, pl.DataFrame]:
    with Warehouse(world / "warehouse.duckdb").connect(read_only=True) as connection:
        return {name: connection.execute(f"select * from {name} order by all").pl() for name in declared_tables()}


def latest_metadata(world: Path) -> dict[str, dict[str, object]]:
    """What the instance shows of every table."""
    with dg.DagsterInstance.from_config(str(world / "dagster_home")) as instance:
        events = {name: instance.get_latest_materialization_event(asset_key(name)) for name in declared_tables()}
    return {name: dict(event.asset_materialization.metadata) for name, event in events.items() if event}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a small country, made."""
    folder = tmp_path_factory.mktemp("world")
    synthesise(folder / "sources", MONTHS, 0.003, 7)
    made = run(folder, "backfill", "--from", "2025-04", "--to", "2025-05")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def copy(world: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return Path(shutil.copytree(world, tmp_path / "copy", symlinks=True))


def test_every_cluster_has_one_type_that_its_criteria_give_and_ten_firms(world: Path):
    clusters = content(world)["typology.innovation_clusters"]
    assert set(clusters["profile"]) == {"dsit-v1", "evidence"}
    assert set(clusters["month"]) == {month.first_day for month in MONTHS}
    assert clusters["firms"].min() >= 10
    assert clusters["is_rdi_active"].all()
    typed = clusters.select(
        "cluster_type",
        expected=pl.when(~pl.col("is_colocated"))
        .then(pl.lit("Dispersed"))
        .when("is_internally_collaborative")
        .then(pl.lit("R&D Collaborating"))
        .when("is_specialised")
        .then(pl.lit("Specialised"))
        .otherwise(pl.lit("Diverse")),
    )
    assert typed.filter(pl.col("cluster_type") != pl.col("expected")).is_empty()
    assert typed["cluster_type"].n_unique() >= 3


def test_what_was_planted_is_found_by_evidence_far_better_than_by_density_alone(world: Path):
    warehouse = Warehouse(world / "warehouse.duckdb")
    truth = read_truth(world / "sources", warehouse, MONTHS[1])
    evidence, density = (measure(truth, warehouse, MONTHS[1], profile) for profile in ("evidence", "dsit-v1"))
    assert evidence.detectable >= 5
    assert evidence.detectable_found >= 0.8 * evidence.detectable
    assert evidence.types_right >= 0.8 * evidence.detectable_found
    assert evidence.ari > density.ari + 0.3


def test_clusters_have_the_institutions_in_their_outline(world: Path):
    warehouse = Warehouse(world / "warehouse.duckdb")
    outlines = warehouse.read(
        "select month, profile, cluster_id, outline_wkt from typology.innovation_clusters where outline_wkt is not null"
    )
    points = warehouse.read("select month, institution_key, longitude, latitude from organisations.institution_points")
    expected = {
        (month, profile, cluster, key)
        for month, profile, cluster, wkt in outlines.iter_rows()
        for at, key, longitude, latitude in points.iter_rows()
        if at == month and shapely.from_wkt(wkt).intersects(shapely.Point(longitude, latitude))
    }
    found = warehouse.read("select month, profile, cluster_id, institution_key from typology.cluster_institutions")
    assert set(found.iter_rows()) == expected != set()
    ties = warehouse.read("select count(*) as n from network.institution_ties group by month")
    assert ties.height == len(MONTHS)


def test_every_penny_of_the_drops_is_at_a_site_or_among_the_unlocated(world: Path):
    warehouse = Warehouse(world / "warehouse.duckdb")
    offered = pl.concat(
        [
            pl.read_excel(path, sheet_name="Funded Projects", infer_schema_length=None).select(
                pl.col("^Award Offered.*$").cast(pl.Float64).alias("award"),
                pl.all().exclude("^Award Offered.*$").cast(pl.String),
            )
            for path in sorted((world / "sources" / "innovate_uk").glob("2025-05.xlsx"))
        ]
    ).unique()
    total = offered["award"].sum()
    placed = warehouse.read(
        "select sum(iuk_funding_gbp) as placed from organisations.apportioned_sites where month = $month",
        month=MONTHS[1].first_day,
    ).item()
    unplaced = warehouse.read(
        "select sum(amount_gbp) as unplaced from organisations.unlocated_funding "
        "where month = $month and funder = 'innovate_uk'",
        month=MONTHS[1].first_day,
    ).item()
    withdrawn = warehouse.read(
        "select sum(amount_gbp) as withdrawn from organisations.uncounted_funding where month = $month",
        month=MONTHS[1].first_day,
    ).item()
    assert unplaced > 0 < withdrawn
    assert float(placed + unplaced + withdrawn) == pytest.approx(total, abs=0.005)


def test_making_a_month_again_changes_no_row(copy: Path):
    before = content(copy)
    again = run(copy, "refresh", "--month", "2025-05", "--anew")
    assert again.returncode == 0, again.stderr
    after = content(copy)
    changed = [name for name in before if not before[name].equals(after[name])]
    assert changed == []
    assert all("taken over from run" not in metadata for metadata in latest_metadata(copy).values())


def test_a_month_made_from_the_same_is_taken_over_and_shows_what_it_showed(copy: Path):
    before, shown = content(copy), latest_metadata(copy)
    with dg.DagsterInstance.from_config(str(copy / "dagster_home")) as instance:
        made_by = instance.get_runs(limit=1)[0].run_id
    again = run(copy, "refresh", "--month", "2025-05")
    assert again.returncode == 0, again.stderr
    always = [step for step in all_steps(Settings()) if step.reaches_outside and step.outside is None]
    assert f"{len(all_steps(Settings())) - len(always)} steps taken over" in again.stdout
    assert all(before[name].equals(rows) for name, rows in content(copy).items())
    outside = {name for step in always for name in step.tables}
    for name, metadata in latest_metadata(copy).items():
        if name in outside:
            assert "taken over from run" not in metadata
        else:
            assert metadata == {**shown[name], "taken over from run": dg.MetadataValue.text(made_by)}, name


def test_one_parameter_makes_only_what_follows_from_it(copy: Path):
    profiles = [copy / "dsit-v1.toml", copy / "evidence.toml"]
    for profile in profiles:
        text = (PROFILES_FOLDER / profile.name).read_text(encoding="utf-8")
        assert "[typology]" not in text
        profile.write_text(text + "\n[typology]\nlargest_partners = 4\n")
    again = run(copy, "refresh", "--month", "2025-05", *(f"--profile={profile}" for profile in profiles))
    assert again.returncode == 0, again.stderr
    anew = {
        name.split(".")[0] for name, metadata in latest_metadata(copy).items() if "taken over from run" not in metadata
    }
    assert anew == {"sources", "reference", "spatial", "network", "typology", "trust", "publication"}


def test_clusters_keep_their_identity_into_the_next_month(world: Path):
    events = content(world)["typology.cluster_events"].filter(pl.col("month") == MONTHS[1].first_day)
    lasting = events.filter(pl.col("event") == "continuation")
    assert lasting.height > 0.5 * events.filter(pl.col("event").is_in(["birth", "continuation"])).height


def test_a_bad_drop_gives_one_clear_error_and_changes_nothing(copy: Path):
    before = content(copy)
    bad = copy / "sources" / "rtic_locations" / "2025-05-31.csv"
    bad.write_text("company_number,kind\n12345678,registered\n")
    refused = run(copy, "refresh", "--month", "2025-05")
    assert refused.returncode == 1
    assert "rtic_locations/2025-05-31.csv" in refused.stderr
    assert "column postcode" in refused.stderr
    assert "Traceback" not in refused.stderr
    after = content(copy)
    assert all(before[name].equals(after[name]) for name in before)


def test_a_selection_makes_only_its_layer_and_one_profile(copy: Path):
    made = run(copy, "refresh", "--month", "2025-05", "--select", "typology", "--profile", "evidence")
    assert made.returncode == 0, made.stderr
    with dg.DagsterInstance.from_config(str(copy / "dagster_home")) as instance:
        newest = instance.get_run_records(limit=1)[0]
        stats = instance.get_run_step_stats(newest.dagster_run.run_id)
    assert {stat.step_key.split("__")[0] for stat in stats} == {"typology"}
    unknown = run(copy, "refresh", "--month", "2025-05", "--select", "key:nothing/here")
    assert (unknown.returncode, "names no asset" in unknown.stderr) == (1, True)


def test_the_instance_keeps_what_a_person_looks_at(world: Path):
    with dg.DagsterInstance.from_config(str(world / "dagster_home")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["organisations", "apportioned_sites"]))
    metadata = event.asset_materialization.metadata
    assert {"preview", "drops", "column sources", "seconds", "peak memory (MB)"} <= set(metadata)
    assert "postcodes/2025-04" in metadata["drops"].md_str
    assert metadata["dagster/partition_row_count"].value > 1000


def test_a_table_of_drops_shows_the_rows_that_the_month_uses(world: Path):
    """The register is last month's, so that nothing of it is written; of firms there are two drops."""
    metadata = latest_metadata(world)
    warehouse = Warehouse(world / "warehouse.duckdb")
    expected = {
        "sources.idbr_local_units": "select count(*) as n from sources.idbr_local_units",
        "sources.rtic_companies": "select count(*) as n from sources.rtic_companies where as_of >= '2025-05-01'",
    }
    for table, query in expected.items():
        assert metadata[table]["dagster/partition_row_count"].value == warehouse.read(query).item() > 1000
    assert metadata["sources.idbr_local_units"]["rows written"].value == 0
    assert (
        metadata["sources.rtic_companies"]["rows written"]
        == metadata["sources.rtic_companies"]["dagster/partition_row_count"]
    )
    assert "2025-05" in metadata["sources.rtic_companies"]["preview"].md_str
    assert "2025-04" not in metadata["sources.rtic_companies"]["preview"].md_str


def test_later_layers_of_a_month_whose_drops_were_not_taken_in_are_refused(copy: Path):
    refused = run(copy, "refresh", "--month", "2025-07", "--select", "network,typology")
    assert refused.returncode == 1
    assert "the drops of 2025-07 have not been taken in" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_query_prints_writes_and_cannot_change_anything(world: Path, tmp_path: Path):
    counted = run(world, "query", "select count(*) as n from typology.innovation_clusters", "--format", "csv")
    assert counted.stdout.splitlines()[0] == "n"
    target = tmp_path / "counts.parquet"
    written = run(world, "query", "from typology.cluster_counts", "--format", "parquet", "--out", str(target))
    assert written.returncode == 0, written.stderr
    assert pl.read_parquet(target).height == 2 * 2 * 4
    refused = run(world, "query", "delete from typology.cluster_counts")
    assert refused.returncode == 1
    assert "reads the warehouse and nothing else" in refused.stderr
    wrong = run(world, "query", "select nothing from typology.cluster_counts")
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)


def test_doctor_finds_nothing_wrong_here_and_says_what_is_elsewhere(world: Path, copy: Path):
    assert run(world, "doctor").returncode == 0
    shutil.rmtree(copy / "sources" / "postcodes")
    with Warehouse(copy / "warehouse.duckdb").connect() as connection:
        connection.execute("alter table typology.cluster_counts add column surplus integer")
    sick = run(copy, "doctor")
    assert sick.returncode == 1
    assert "no drop of postcodes" in sick.stdout
    assert "typology.cluster_counts differ from their declaration" in sick.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("refresh", "--month", "2025-5"), "expected YYYY-MM"),
        (("refresh", "--month", "2025-05", "--profile", "dsit-v9"), "known are dsit-v1, dsit-v2, evidence"),
        (("refresh", "--month", "2025-05", "--sources", "nowhere"), "there is no such folder"),
        (
            ("refresh", "--month", "2025-05", "--select", "sorces"),
            "no layer or table 'sorces' to select: do you mean sources",
        ),
        (
            ("refresh", "--month", "2025-05", "--select", "layer:spatial"),
            "the selection 'layer:spatial' cannot be read",
        ),
        (("backfill", "--from", "2025-05", "--to", "2025-04"), "before it begins"),
        (("query", "select 1", "--warehouse", "none.duckdb"), "no warehouse at none.duckdb"),
        (("query", "select 1", "--format", "parquet"), "give --out"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    world: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
):
    monkeypatch.chdir(world)
    refused = CliRunner().invoke(app, arguments, env={"COLUMNS": "250"})
    assert isinstance(refused.exception, SystemExit)
    assert refused.exit_code != 0
    assert said in " ".join(refused.stderr.replace("│", " ").split())
