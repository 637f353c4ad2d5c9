"""What was not plausible in the month's drops stands in the report and on the page, and no business's figure does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.method import MethodProfile
from assets.publication.source_notices import source_notices
from assets.publication.steps.release import release_step
from assets.sources import UNREAD
from assets.warehouse.database import Warehouse
from assets.warehouse.reading import Reading
from assets.warehouse.steps import Report, StepContext
from tests.publication.release_example import fill_release, release
from tests.support import AS_OF, MONTH, fill, use_drop

APRIL = date(2025, 4, 1)
AWARDS = {"dataset": "innovate_uk", "column_name": "award_gbp", "label": "Award Offered (£)", "figure": "total"}
FILES = ("report.html", "data.js", "index.html")


def alarm(**given: Any) -> dict[str, Any]:
    usual = {"sha256": "0", "before_as_of": APRIL, "before": 98_512_345.0, "now": 197_345_678.0, "verdict": "warned"}
    return {**usual, **AWARDS, **given}


def profiles(largest: float = 2e6, rows: int = 757, **given: Any) -> list[dict[str, Any]]:
    """The profile of a column in both drops."""
    usual = {
        "dataset": "innovate_uk",
        "table_name": "sources.innovate_uk",
        "column_name": "award_gbp",
        "label": "Award Offered (£)",
        "kind": "money",
        "row_count": rows,
        "total": 1e8,
        "largest": largest,
    }
    return [{**usual, **given, "as_of": as_of} for as_of in (APRIL, AS_OF)]


def sentences(warehouse: Warehouse) -> list[str]:
    publishing = release_step(str(warehouse.path.parent))
    reading = Reading(warehouse, "publication.files", publishing.tables, publishing.reads)
    method, folder = MethodProfile(name="one"), warehouse.path.parent
    context = StepContext(reading, MONTH, method, Report(), folder, inputs=publishing.inputs)
    return [notice.sentence for notice in source_notices(context)]


def published(warehouse: Warehouse, folder: Path) -> dict[str, str]:
    release(warehouse, folder)
    return {name: (folder / str(MONTH) / name).read_text(encoding="utf-8") for name in FILES}


@pytest.fixture
def month(warehouse: Warehouse) -> Warehouse:
    use_drop(warehouse, "innovate_uk", "idbr_enterprises")
    return warehouse


def test_report_and_page_say_nothing_of_good_sources_and_all_of_others(warehouse: Warehouse, tmp_path: Path) -> None:
    fill_release(warehouse)
    use_drop(warehouse, "places", "postcodes", "innovate_uk")
    good = published(warehouse, tmp_path)
    assert not any("Sources to look at" in good[name] for name in ("report.html", "index.html"))
    assert '"notices":[]' in good["data.js"].replace(" ", "")
    fill(warehouse, "sources.alarms", [alarm(accepted_because="twice <b>as many</b> calls", verdict="blocked")])
    fill(warehouse, "sources.drop_profiles", profiles())
    files = published(warehouse, tmp_path)
    for name, text in files.items():
        plain = text.replace("\\u00a3", "£")
        for part in ("innovate_uk", "Award Offered (£)", "£98.5 million in the drop of 2025-04-01", "£197 million"):
            assert part in plain, (name, part)
    assert "twice &lt;b&gt;as many&lt;/b&gt; calls" in files["report.html"]
    assert "Accepted by a person: twice &lt;b&gt;" in files["index.html"]
    assert not any("<b>as many" in text for text in files.values())


def test_an_alarm_is_told_with_dataset_column_and_both_figures(month: Warehouse) -> None:
    fill(month, "sources.alarms", [alarm(), alarm(figure="rows with a value", before=0.9, now=0.45)])
    fill(month, "sources.drop_profiles", profiles())
    named = "Innovate UK funded projects (innovate_uk, Award Offered (£) (award_gbp)): "
    assert sentences(month) == [
        f"{named}rows with a value 90% in the drop of 2025-04-01, 45% in that of 2025-05-01",
        f"{named}total £98.5 million in the drop of 2025-04-01, £197 million in that of 2025-05-01",
    ]


def test_an_alarm_of_codes_is_told_with_both_shares_and_without_the_example(month: Warehouse) -> None:
    of_codes = {"dataset": "innovate_uk", "column_name": "postcode", "label": "Postcode"}
    fill(month, "sources.alarms", [alarm(**of_codes, figure=UNREAD, before=0.01, now=0.4)])
    usual = {**of_codes, "table_name": "sources.innovate_uk", "row_count": 757, "example": "row 2: 'secret'"}
    fill(month, "sources.drop_codes", [{**usual, "as_of": as_of, "unread": 303} for as_of in (APRIL, AS_OF)])
    assert sentences(month) == [
        "Innovate UK funded projects (innovate_uk, Postcode (postcode)): unread values 1% in the drop of 2025-04-01, "
        "40% in that of 2025-05-01"
    ]


@pytest.mark.parametrize(
    ("alarms", "of_drops"),
    [
        ([alarm(figure="largest value")], profiles()),
        ([alarm()], profiles(largest=9e7)),
        ([alarm()], profiles(rows=9)),
        ([alarm()], []),
    ],
    ids=["a largest value", "a total that one makes up", "a total of few", "a drop without a profile"],
)
def test_a_figure_that_could_be_one_businesss_is_not_given(
    month: Warehouse, alarms: list[dict[str, Any]], of_drops: list[dict[str, Any]]
) -> None:
    fill(month, "sources.alarms", alarms)
    fill(month, "sources.drop_profiles", of_drops)
    (sentence,) = sentences(month)
    assert "not plausible beside the drop of 2025-04-01; the figures are not given" in sentence
    assert "million" not in sentence


def test_refused_rows_are_counted_and_their_values_stay_inside(month: Warehouse) -> None:
    expected = "expected a whole number, 0 or more and at most 2,000,000, which is max_employees"
    once = "expected every entref once: it stands in row {} of idbr_enterprises/2025-05.csv already"
    refused = {"dataset": "idbr_enterprises", "file": "idbr_enterprises/2025-05.csv"}
    people, key = {**refused, "column_name": "employees"}, {**refused, "column_name": "entref"}
    rows = [
        {**people, "row_number": 7, "value": "999999999", "reason": expected},
        {**people, "row_number": 9, "value": "888888888", "reason": expected},
        {**people, "row_number": 11, "value": None, "reason": "repeated row"},
        {**key, "row_number": 12, "value": "9001", "reason": once.format(2)},
        {**key, "row_number": 13, "value": "9002", "reason": once.format(3)},
    ]
    fill(month, "sources.rejected", rows)
    named = "Inter-Departmental Business Register: enterprises (ONS) (idbr_enterprises, "
    assert sentences(month) == [
        f"{named}employees): 2 rows refused beside 1 read: {expected}",
        f"{named}entref): 2 rows refused beside 1 read: expected every entref once",
    ]


def test_the_alarms_of_other_drops_are_not_the_months(month: Warehouse) -> None:
    fill(month, "sources.alarms", [alarm(as_of=APRIL), alarm(dataset="ukri")])
    assert sentences(month) == []
