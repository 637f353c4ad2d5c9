"""The commands that read the Index, on a real warehouse file."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.innovation_index.steps.changes import rank_changes
from assets.innovation_index.steps.places import places
from assets.reference import CATEGORIES, OVERALL
from assets.warehouse.database import Warehouse
from pipelines import cli
from pipelines.commands import making_months, telling
from pipelines.settings import Settings
from tests.innovation_index.small_index import AI, CITATIONS, fill_index
from tests.support import MONTH, fill, make

NORTH = "Leeds, Sheffield, Bradford, Barnsley, Huddersfield, Wakefield"
NAMES = {
    "ai-north": ("Leeds | [bold]Bradford", "Yorkshire and The Humber"),
    "ai-south": ("London, Luton", "London, East"),
}


def row(month: int, category: str, rank: int, cluster: str, percentage: float) -> dict[str, object]:
    name, regions = NAMES.get(cluster, (NORTH, "Yorkshire and The Humber"))
    return {
        "month": MONTH.plus(month).first_day,
        "category": category,
        "rank": rank,
        "cluster_id": cluster,
        "name": name,
        "regions": regions,
        "percentage": percentage,
        "items": 1,
        "businesses": 1,
        "events": 0,
        "papers": 0,
        "latitude": 53.8,
        "longitude": -1.5,
    }


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling.console, "width", 200)


@pytest.fixture(scope="module")
def made(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months: in the second the two clusters of AI and Data changed places, and Overall has twelve clusters."""
    warehouse = Warehouse(shutil.copy(empty_file, tmp_path_factory.mktemp("made") / "warehouse.duckdb"), threads=1)
    fill_index(warehouse, CITATIONS)
    ranked = [
        row(-1, AI, 1, "ai-south", 60.04),
        row(-1, AI, 2, "ai-north", 39.96),
        row(0, AI, 1, "ai-north", 70.25),
        row(0, AI, 2, "ai-south", 29.75),
        *[row(0, OVERALL, rank, f"c{rank}", 8.04) for rank in range(1, 13)],
    ]
    fill(warehouse, "innovation_index.rankings", ranked)
    make(warehouse, rank_changes)
    make(warehouse, places)
    return warehouse.path


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Warehouse:
    """A copy of it, which is a test's own."""
    return Warehouse(shutil.copy(made, tmp_path / "warehouse.duckdb"), threads=1)


def run(warehouse: Warehouse | Path, *arguments: str) -> Result:
    path = warehouse.path if isinstance(warehouse, Warehouse) else warehouse
    return CliRunner().invoke(cli.app, [*arguments, "--warehouse", str(path)])


def test_csv_is_the_published_layout_with_the_changes_and_equals_the_table(index: Warehouse):
    result = run(index, "rankings", "--category", "artificial intelligence & data", "--format", "csv")
    assert result.exit_code == 0, result.stderr
    assert pl.read_csv(io.StringIO(result.stdout)).rows(named=True) == [
        {
            "category": AI,
            "month": "2025-05",
            "rank": 1,
            "cluster": "Leeds | [bold]Bradford",
            "regions": "Yorkshire and The Humber",
            "percentage": 70.3,
            "rank_change": 1,
            "percentage_change": 30.3,
        },
        {
            "category": AI,
            "month": "2025-05",
            "rank": 2,
            "cluster": "London, Luton",
            "regions": "London, East",
            "percentage": 29.8,
            "rank_change": -1,
            "percentage_change": -30.3,
        },
    ]
    stored = index.read(
        "select rank, name, regions from innovation_index.rankings "
        "where category = $ai and month = $month order by rank",
        ai=AI,
        month=MONTH.first_day,
    )
    columns = pl.read_csv(io.StringIO(result.stdout)).select("rank", "cluster", "regions")
    assert columns.rows() == stored.rows()


def test_a_table_of_its_own_for_each_category_with_as_many_clusters_as_the_profile_says(index: Warehouse):
    result = run(index, "rankings")
    assert result.exit_code == 0, result.stderr
    headings = [line.strip() for line in result.stdout.splitlines() if line.strip().endswith(", 2025-05")]
    assert headings == [f"{OVERALL}, 2025-05", f"{AI}, 2025-05"]
    assert result.stdout.count(NORTH) == 10
    # What looks like markup is a name; what is not known is empty.
    assert "Leeds | [bold]Bradford" in result.stdout
    assert "None" not in result.stdout
    shown = next(line for line in result.stdout.splitlines() if "London, Luton" in line)
    assert [cell.strip() for cell in shown.strip("│ ").split("│")] == [
        "2",
        "London, Luton",
        "London, East",
        "29.8",
        "-1",
        "-30.3",
    ]


def test_top_and_all(index: Warehouse):
    assert run(index, "rankings", "--top", "1").stdout.count(NORTH) == 1
    assert run(index, "rankings", "--all").stdout.count(NORTH) == 12
    both = run(index, "rankings", "--all", "--top", "3")
    assert (both.exit_code, "not both" in both.stderr) == (2, True)


def test_markdown_keeps_its_columns_and_goes_to_a_file(index: Warehouse, tmp_path: Path):
    out = tmp_path / "ranking.md"
    result = run(index, "rankings", "--category", AI, "--format", "markdown", "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8").splitlines() == [
        "## AI and Data, 2025-05",
        "",
        "| rank | cluster | regions | percentage | rank change | percentage change |",
        "|---|---|---|---|---|---|",
        "| 1 | Leeds \\| \\[bold\\]Bradford | Yorkshire and The Humber | 70.3 | 1 | 30.3 |",
        "| 2 | London, Luton | London, East | 29.8 | -1 | -30.3 |",
    ]
    on_screen = run(index, "rankings", "--category", AI, "--format", "markdown")
    assert on_screen.stdout == out.read_text(encoding="utf-8")


def test_an_earlier_month_has_no_changes_that_are_not_known(index: Warehouse):
    result = run(index, "rankings", "--month", "2025-04", "--format", "csv")
    table = pl.read_csv(io.StringIO(result.stdout))
    assert table["percentage"].to_list() == [60.0, 40.0]
    assert table["rank_change"].null_count() == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rankings", "--category", "Robots"], "no category 'Robots': there are " + ", ".join((OVERALL, *CATEGORIES))),
        (["rankings", "--month", "2025-07"], "the Index is not made for 2025-07: there are 2025-04, 2025-05"),
        (["rankings", "--category", "Clean Growth"], "Clean Growth has no clusters in 2025-05"),
        (["rankings", "--month", "2025-04", "--category", "Overall"], "Overall has no clusters in 2025-04"),
        (["rankings", "--format", "csv", "--out", "no/such/folder/x.csv"], "no/such/folder/x.csv cannot be written"),
        (["place", "--name", "Leads"], "no town 'Leads': did you mean Leeds?"),
        (["place", "--name", "Xyzzy"], "no town 'Xyzzy': there are 3, as in reference.places"),
    ],
)
def test_what_is_not_there_is_one_clear_error(index: Warehouse, arguments: list[str], message: str):
    result = run(index, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [["rankings"], ["place", "--name", "Leeds"]])
def test_no_warehouse_an_empty_one_and_one_from_before_the_index(
    warehouse: Warehouse, tmp_path: Path, command: list[str]
):
    missing = run(tmp_path / "nowhere.duckdb", *command)
    assert (missing.exit_code, "no warehouse at" in missing.stderr) == (1, True)
    duckdb.connect(str(tmp_path / "old.duckdb")).close()
    for path in (warehouse.path, tmp_path / "old.duckdb"):
        result = run(path, *command)
        assert result.exit_code == 1
        assert "is empty: make a month of the Index with" in result.stderr


def test_a_reader_finds_their_town_in_any_case_and_in_every_region(index: Warehouse):
    result = run(index, "place", "--name", " leeds", "--format", "csv")
    assert result.exit_code == 0, result.stderr
    leeds = pl.read_csv(io.StringIO(result.stdout)).rows(named=True)
    assert [line["category"] for line in leeds] == [AI, "Clean Growth"]
    assert {name: leeds[0][name] for name in ("place", "cluster", "rank", "percentage", "inside", "items")} == {
        "place": "Leeds",
        "cluster": "Leeds | [bold]Bradford",
        "rank": 1,
        "percentage": 70.3,
        "inside": "yes",
        "items": 5,
    }
    assert leeds[0]["location_quotient"] == round(5 / 7 / (9 / 14), 2)
    assert leeds[0]["specialised"] == "no"
    two = run(index, "place", "--name", "Newport", "--format", "markdown")
    assert [line for line in two.stdout.splitlines() if line.startswith("##")] == [
        "## Newport, South East, 2025-05: clusters",
        "## Newport, South East, 2025-05: specialisation",
        "## Newport, Wales, 2025-05: clusters",
        "## Newport, Wales, 2025-05: specialisation",
    ]
    # The Welsh one has no items, so nothing to say of them.
    assert two.stdout.endswith("specialisation\n\nno rows\n")


def test_a_narrow_screen_wraps_and_cuts_nothing(index: Warehouse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(telling.console, "width", 80)
    result = run(index, "place", "--name", "Leeds")
    assert result.exit_code == 0, result.stderr
    assert "…" not in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_a_refresh_ends_with_the_three_largest_where_the_index_was_made(
    index: Warehouse, capsys: pytest.CaptureFixture[str]
):
    settings = Settings(warehouse=str(index.path))
    making_months.print_counts(settings, MONTH)
    assert capsys.readouterr().out == f"the Index of 2025-05: 1 {NORTH} 8.0; 2 {NORTH} 8.0; 3 {NORTH} 8.0\n"
    making_months.print_counts(settings, MONTH.plus(-1))
    assert capsys.readouterr().out == ""


def test_query_writes_markdown_too_and_a_table_does_not_go_to_a_file(index: Warehouse, tmp_path: Path):
    result = run(index, "query", "select 1 as \"a|b\", 'x' as c", "--format", "markdown")
    assert result.stdout.splitlines() == ["| a\\|b | c |", "|---|---|", "| 1 | x |"]
    for arguments, message in (
        (["--out", str(tmp_path / "x")], "a table goes to the screen"),
        (["--format", "parquet"], "Parquet needs a file"),
    ):
        refused = run(index, "query", "select 1", *arguments)
        assert (refused.exit_code, message in refused.stderr) == (2, True)
    kept = tmp_path / "rows.parquet"
    assert run(index, "rankings", "--format", "parquet", "--out", str(kept)).exit_code == 0
    assert pl.read_parquet(kept).height == 12
