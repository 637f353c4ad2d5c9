"""The step that classifies, on a small warehouse and real drop files, and the checks of what it makes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from assets.innovation_index.steps import classification
from assets.innovation_index.steps.classification import classify_step
from assets.innovation_index.training import seed_examples
from assets.method import IndexMethod, MethodProfile
from assets.reference import CATEGORIES
from assets.sources.delivery.storage import digest_of_file
from assets.sources.problems import DropError
from assets.sources.reading.texts import text_batches
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult
from assets.warehouse.steps import step_parameters
from tests.support import AS_OF, MONTH, fill, make

TABLES = ("innovation_index.models", "innovation_index.model_quality", "innovation_index.item_categories")
BUSINESSES = """company_number,name,description,postcode,latitude,longitude
01234567,Turbines Ltd,"Developer of onshore wind farms, solar parks and battery storage for renewable energy",OX11 0AA,,
SC123456,Scissors,"Hairdressers and barbers with cuts, colour and beards",OX11 0AA,,
07654321,Thinking plc,"Machine learning and neural networks to predict energy use and cut carbon emissions",OX11 0AA,,
09999999,Elsewhere,"Neural networks and data science, at no place of the Index",OX11 0AA,,
"""
EVENTS = """event_id,source,title,description,start_date,postcode
1,meetup,Deep learning evening,"Talks on neural networks, machine learning and data science",2025-04-02,OX11 0AA
2,meetup,Curry night,Quiz in aid of the village hall,2025-04-03,OX11 0AA
"""


def put_drops(warehouse: Warehouse, sources: Path, **files: str) -> None:
    """Write a CSV drop of each dataset, and the rows of sources.drops that the month has for them."""
    rows = []
    for dataset, content in files.items():
        path = sources / dataset / "2025-05.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        row = {"dataset": dataset, "path": f"{dataset}/2025-05.csv", "sha256": digest_of_file(path, path.name)[0]}
        rows.append({**row, "bytes": 1, "rows_read": 1, "rows_rejected": 0, "as_of": AS_OF})
    fill(warehouse, "sources.drops", rows)


def put_items(warehouse: Warehouse, *items: tuple[str, str, str]) -> None:
    where = {"latitude": 51.6, "longitude": -1.2, "geocode_quality": "postcode"}
    rows = [{"item_id": item, "kind": kind, "source_key": key, **where} for item, kind, key in items]
    fill(warehouse, "innovation_index.items", rows)


def event_keys(warehouse: Warehouse, sources: Path, scratch: Path) -> list[str]:
    drop = warehouse.read("select * from sources.drops where dataset = 'events'").row(0, named=True)
    scratch.mkdir()
    return pl.concat(text_batches(str(sources), drop, scratch, 10)).sort("text")["key"].to_list()


def categories_of(warehouse: Warehouse) -> set[tuple[str, str]]:
    return set(warehouse.read("select item_id, category from innovation_index.item_categories").iter_rows())


def failed(result: StepResult) -> set[str]:
    return {outcome.name for outcome in result.checks if not outcome.passed}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return tmp_path / "sources"


def test_every_text_of_an_item_is_classified(
    warehouse: Warehouse, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classification, "BATCH_ROWS", 2)
    put_drops(warehouse, sources, businesses=BUSINESSES, events=EVENTS)
    curry, learning = event_keys(warehouse, sources, tmp_path / "keys")
    put_items(
        warehouse,
        ("business 1", "business", "01234567"),
        ("business 2", "business", "SC123456"),
        ("business 3", "business", "07654321"),
        ("event 1", "event", learning),
        ("event 1 again", "event", learning),
        ("event 2", "event", curry),
        # The key of a business is not that of an event, and no text is found.
        ("event 3", "event", "01234567"),
    )
    result = make(warehouse, classify_step(str(sources)))
    assert categories_of(warehouse) == {
        ("business 1", "Clean Growth"),
        ("business 3", "AI and Data"),
        ("business 3", "Clean Growth"),
        ("event 1", "AI and Data"),
        ("event 1 again", "AI and Data"),
    }
    model = warehouse.read("select * from innovation_index.models").row(0, named=True)
    assert (model["texts_scored"], model["label_examples"]) == (5, 0)
    assert model["seed_examples"] == model["held_out_examples"] == seed_examples().height
    quality = warehouse.read("select * from innovation_index.model_quality order by category")
    assert quality["category"].to_list() == sorted(CATEGORIES)
    assert quality["f1"].to_numpy().mean() == pytest.approx(model["macro_f1"])
    reached = warehouse.read(
        "select min(probability - threshold) as least from innovation_index.item_categories as c "
        "inner join innovation_index.model_quality as q on q.category = c.category"
    )
    assert reached["least"].item() >= 0
    report = result.reports[""]
    assert report.figures["macro F1"] == model["macro_f1"]
    assert {"quality", "confusion", "model version"} <= report.figures.keys()
    assert model["model_version"] in report.pages["model card"]
    assert report.pictures["held-out examples"].startswith(b"\x89PNG")
    assert not failed(result)


def test_a_correction_of_people_is_learned_and_no_text_is_kept(
    warehouse: Warehouse, sources: Path, tmp_path: Path
) -> None:
    words = "Moss removal from north-facing patios by friendly people"
    business = f"company_number,name,description,postcode\n01234567,Moss,{words},OX11 0AA\n"
    put_items(warehouse, ("business 1", "business", "01234567"))
    put_drops(warehouse, sources, businesses=business)
    make(warehouse, classify_step(str(sources)))
    before = warehouse.read("select model_version from innovation_index.models").item()
    assert ("business 1", "Clean Growth") not in categories_of(warehouse)

    labels = f'text,categories\n"Moss\n{words}",AI and Data\n"Moss {words}",\n"Moss {words}","Clean Growth"\n'
    put_drops(warehouse, sources, businesses=business, training_labels=labels)
    given = [(2, "AI and Data"), (3, None), (4, "Clean Growth")]
    rows = [{"row_number": row, "text_sha256": "0", "category": category} for row, category in given]
    fill(warehouse, "sources.training_labels", rows)
    result = make(warehouse, classify_step(str(sources)))
    model = warehouse.read("select * from innovation_index.models").row(0, named=True)
    assert ("business 1", "Clean Growth") in categories_of(warehouse)
    assert (model["model_version"] != before, model["label_examples"]) == (True, 1)
    assert any("2 labels are contradicted" in message for message in result.reports[""].messages)
    assert b"north-facing" not in warehouse.path.read_bytes()


def test_what_is_rare_in_the_month_has_lower_probabilities(warehouse: Warehouse, sources: Path) -> None:
    rows = [
        f'{number:08d},Scissors,"Hairdressers and barbers with cuts and beards",OX11 0AA,,' for number in range(1, 100)
    ]
    put_drops(warehouse, sources, businesses="\n".join([*BUSINESSES.splitlines(), *rows]) + "\n")
    put_items(warehouse, *((f"business {number}", "business", f"{number:08d}") for number in (*range(1, 100), 1234567)))
    solar = "select probability from innovation_index.item_categories where item_id = 'business 1234567'"
    shares = "select category, prevalence from innovation_index.model_quality"
    found, prevalences = {}, {}
    for name, changed in {
        "kept": {"adjust_prevalence": False},
        "few": {},
        "followed": {"min_prevalence_texts": 100},
    }.items():
        make(warehouse, classify_step(str(sources)), MethodProfile(name="test", index=IndexMethod(**changed)))
        found[name] = warehouse.read(solar).item()
        prevalences[name] = dict(warehouse.read(shares).iter_rows())["Clean Growth"]
    assert found["kept"] == found["few"] > found["followed"] > 0.5
    assert prevalences["kept"] == prevalences["few"] > prevalences["followed"]
    assert prevalences["followed"] == pytest.approx(0.01, abs=0.005)


def test_points_classified_elsewhere_are_taken_over(warehouse: Warehouse, sources: Path) -> None:
    put_drops(warehouse, sources, activity_points="as given\n", businesses=BUSINESSES)
    put_items(warehouse, ("A", "business", "A"), ("B", "paper", "B"))
    given = [("A", "AI and Data"), ("A", "Clean Growth"), ("B", "Clean Growth"), ("not an item", "Clean Growth")]
    where = {"latitude": 51.6, "longitude": -1.2, "kind": "paper"}
    fill(warehouse, "sources.activity_points", [{"item_id": item, "category": name, **where} for item, name in given])
    result = make(warehouse, classify_step(str(sources)))
    assert warehouse.read(
        "select item_id, category, probability from innovation_index.item_categories order by all"
    ).rows() == [("A", "AI and Data", 1.0), ("A", "Clean Growth", 1.0), ("B", "Clean Growth", 1.0)]
    assert warehouse.read("select * from innovation_index.models").is_empty()
    assert warehouse.read("select * from innovation_index.model_quality").is_empty()
    assert any("classifier is not run" in message for message in result.reports[""].messages)


def test_without_texts_nothing_is_classified_and_the_month_says_so(warehouse: Warehouse, sources: Path) -> None:
    put_items(warehouse, ("A", "business", "A"))
    result = make(warehouse, classify_step(str(sources)))
    assert all(warehouse.read(f"select * from {table}").is_empty() for table in TABLES)
    assert any("no item of the month has a text" in message for message in result.reports[""].messages)
    assert not failed(result)


def test_a_drop_that_has_changed_is_refused(warehouse: Warehouse, sources: Path) -> None:
    put_drops(warehouse, sources, businesses=BUSINESSES)
    put_items(warehouse, ("business 1", "business", "01234567"))
    (sources / "businesses" / "2025-05.csv").write_text(BUSINESSES.replace("wind", "coal"), encoding="utf-8")
    with pytest.raises(DropError, match="businesses/2025-05.csv"):
        make(warehouse, classify_step(str(sources)))


def test_too_few_examples_stop_the_month(warehouse: Warehouse, sources: Path) -> None:
    put_drops(warehouse, sources, businesses=BUSINESSES)
    put_items(warehouse, ("business 1", "business", "01234567"))
    demanding = MethodProfile(name="test", index=IndexMethod(min_class_examples=500))
    with pytest.raises(ValueError, match="seed_examples.csv: AI and Data has .* expected at least 500"):
        make(warehouse, classify_step(str(sources)), demanding)


def test_a_poor_classifier_is_a_warning(warehouse: Warehouse, sources: Path) -> None:
    put_drops(warehouse, sources, businesses=BUSINESSES)
    put_items(warehouse, ("business 1", "business", "01234567"))
    proud = MethodProfile(name="test", index=IndexMethod(min_macro_f1=1.0))
    assert failed(make(warehouse, classify_step(str(sources)), proud)) == {"classifier_is_good_enough"}


def test_checks_find_what_is_wrong(warehouse: Warehouse) -> None:
    def failing(tables: Iterable[str] = TABLES) -> dict[str, list[tuple[object, ...]]]:
        parameters = step_parameters(MONTH, MethodProfile(name="test"))
        with warehouse.connect(read_only=True) as connection:
            outcomes = run_checks(connection, list(tables), parameters, ["test"])
        return {outcome.name: outcome.evidence.rows() for outcome in outcomes if not outcome.passed}

    put_items(warehouse, ("A", "business", "A"))
    rows = [("A", "Clean Growth"), ("A", "Overall"), ("B", "Clean Growth")]
    given = [{"item_id": item, "category": category, "probability": 0.5} for item, category in rows]
    fill(warehouse, "innovation_index.item_categories", given)
    model = {"model_version": "v", "seed_examples": 1, "label_examples": 0, "held_out_examples": 1, "texts_scored": 0}
    fill(warehouse, "innovation_index.models", [{**model, "macro_f1": 0.5}])
    names = ("threshold", "prevalence", "expected_f1", "precision", "recall", "f1", "brier_score")
    figures = dict.fromkeys(names, 0.5)
    counts = dict.fromkeys(("true_positives", "false_positives", "false_negatives", "true_negatives"), 1)
    of_quality = [{"category": category, **figures, **counts} for category in (*CATEGORIES[1:], "Overall")]
    fill(warehouse, "innovation_index.model_quality", of_quality)
    assert failing() == {
        "item_categories_are_of_the_five": [("A", "one of the five categories", "Overall")],
        "item_categories_have_an_item": [("B", "Clean Growth", "an item", "no item")],
        "classifier_is_good_enough": [("v", 0.7, 0.5)],
        "model_quality_is_of_the_five": [("AI and Data", "a row", "no row"), ("Overall", "no row", "a row")],
    }


def test_failing_rows_are_not_written(warehouse: Warehouse, sources: Path) -> None:
    put_drops(warehouse, sources, activity_points="as given\n")
    put_items(warehouse, ("A", "business", "A"))
    point = {"item_id": "A", "category": "Alchemy", "latitude": 51.6, "longitude": -1.2, "kind": "paper"}
    fill(warehouse, "sources.activity_points", [point])
    with pytest.raises(ChecksFailedError, match="item_categories_are_of_the_five"):
        make(warehouse, classify_step(str(sources)))
    assert categories_of(warehouse) == set()


def test_declaring_the_step_loads_no_library_of_the_classifier() -> None:
    code = (
        "import sys, assets.innovation_index.steps.classification as part; part.classify_step('sources'); "
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'numba', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
