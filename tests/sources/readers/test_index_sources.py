"""The Index's own datasets: events, businesses, labels, points, starting centres; and what is wrong with bad ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reference import CATEGORIES
from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.activity_points import ACTIVITY_POINTS
from assets.sources.readers.businesses import BUSINESSES
from assets.sources.readers.events import EVENTS
from assets.sources.readers.index_centres import INDEX_CENTRES, category_of_file
from assets.sources.readers.training_labels import TRAINING_LABELS
from assets.sources.values.category_lists import categories_in
from tests.sources.support import read_drop, rows

EVENTS_HEADER = "event_id,source,title,description,start_date,latitude,longitude,postcode,attendees\n"
BUSINESSES_HEADER = "company_number,name,description,postcode,latitude,longitude\n"
POINTS_HEADER = "item_id,kind,categories,latitude,longitude\n"
CENTRES_HEADER = "category,label,latitude,longitude\n"
LABELS_HEADER = "text,categories\n"
IN_THE_UK = "expected a latitude from 49 to 61.5 and a longitude from -9 to 2.5 degrees, which is the United Kingdom"


def reasons(dataset: Dataset, lines: str, scratch: Path) -> list[tuple[Any, ...]]:
    """Row, column and reason of every row that is left out, where any share may be."""
    rejected = read_drop(dataset, {"2025-05.csv": lines}, scratch, share=1.0).rejected
    return rejected.select("row_number", "column_name", "reason").rows()


def test_of_an_event_a_digest_a_year_and_a_place_are_kept(tmp_path: Path) -> None:
    lines = (
        EVENTS_HEADER
        + '7,Meetup,"Robots, again",About robots,2025-03-01T18:30:00Z,51.5,-0.1,,40\n'
        + "7,eventbrite,Wind,,02/04/2024,,,ox110aa,\n"
    )
    reading = read_drop(EVENTS, {"2025-05.csv": lines}, tmp_path)
    made = {row.pop("event_key"): row for row in rows(reading, "sources.events")}
    assert made == {
        hashlib.sha256(b"meetup\n7").hexdigest(): {
            "event_year": 2025,
            "postcode": None,
            "latitude": 51.5,
            "longitude": -0.1,
        },
        hashlib.sha256(b"eventbrite\n7").hexdigest(): {
            "event_year": 2024,
            "postcode": "OX11 0AA",
            "latitude": None,
            "longitude": None,
        },
    }


def test_events_that_cannot_be_used_are_left_out_with_the_reason(tmp_path: Path) -> None:
    lines = EVENTS_HEADER + (
        "1,meetup,,A text,2025-03-01,51.5,-0.1,,\n"
        "2,meetup,Title,,2025-03-01,-0.1,51.5,,\n"
        "3,meetup,Title,,2025-03-01,48.85,2.35,,\n"
        "4,meetup,Title,,2025-03-01,51.5,,,\n"
        "5,meetup,Title,,next week,51.5,-0.1,,\n"
        "6,meetup,Title,,2025-03-01,,,,\n"
        "7,meetup,Title,,2025-03-01,51.5,-0.1,somewhere,\n"
    )
    reading = read_drop(EVENTS, {"2025-05.csv": lines}, tmp_path, share=1.0)
    found = {row["row_number"]: (row["column_name"], row["reason"]) for row in reading.rejected.iter_rows(named=True)}
    exchanged = f"{IN_THE_UK}: latitude and longitude are exchanged here, so exchange the two columns"
    dates = "expected a date: YYYY-MM-DD, DD/MM/YYYY or a spreadsheet's serial number, from 1990 to 2100"
    assert found == {
        2: ("title", "expected the event's title: without a text there is nothing to classify"),
        3: ("latitude", exchanged),
        4: ("latitude", IN_THE_UK),
        5: ("latitude", "expected both latitude and longitude, or neither"),
        6: ("start_date", dates),
        7: (None, "an event without a place"),
    }
    assert len(rows(reading, "sources.events")) == 1


def test_online_events_are_no_reason_to_refuse_a_drop(tmp_path: Path) -> None:
    placed = "1,meetup,Title,,2025-03-01,51.5,-0.1,,\n"
    online = "".join(f"{number},meetup,Title,,2025-03-01,,,,\n" for number in range(2, 9))
    reading = read_drop(EVENTS, {"2025-05.csv": EVENTS_HEADER + placed + online}, tmp_path)
    assert (len(rows(reading, "sources.events")), reading.rejected.height) == (1, 7)


def test_one_event_twice_is_refused_whatever_the_case_of_its_site(tmp_path: Path) -> None:
    lines = EVENTS_HEADER + "".join(f"1,{site},Title,,2025-03-01,51.5,-0.1,,\n" for site in ("Meetup", "meetup"))
    with pytest.raises(DropError, match=r"row 3, column source and event_id: 'meetup', '1' stands in row 2 already"):
        read_drop(EVENTS, {"2025-05.csv": lines}, tmp_path)


def test_a_business_has_its_number_its_name_and_a_place(tmp_path: Path) -> None:
    lines = BUSINESSES_HEADER + "1234567,Alpha,We make robots,ox110aa,,\nSC12345,Beta,We grow kelp,,57.1,-2.1\n"
    made = rows(read_drop(BUSINESSES, {"2025-05.csv": lines}, tmp_path), "sources.businesses")
    assert [tuple(row.values()) for row in made] == [
        ("01234567", "Alpha", "OX11 0AA", None, None),
        ("SC012345", "Beta", None, 57.1, -2.1),
    ]


def test_businesses_without_text_or_place_are_refused_with_the_reason(tmp_path: Path) -> None:
    lines = BUSINESSES_HEADER + (
        "1,Alpha,  ,OX11 0AA,,\n2,Beta,Text,,,\n3,Gamma,Text,nonsense,,\n4,Delta,Text,OX11 0AA,-1.25,51.75\n"
        "5,Epsilon,Text,OX11 0AA,0,0\n6,Zeta,Text,OX11 0AA,,\n"
    )
    nowhere = ("postcode", "expected a unit postcode, or a latitude and a longitude")
    assert {row: why for row, *why in map(list, reasons(BUSINESSES, lines, tmp_path / "kept"))} == {
        2: ["description", "expected the business's description: without a text there is nothing to classify"],
        3: list(nowhere),
        4: list(nowhere),
        5: ["latitude", f"{IN_THE_UK}: latitude and longitude are exchanged here, so exchange the two columns"],
        6: ["latitude", IN_THE_UK],
    }
    with pytest.raises(DropError, match=r"businesses/2025-05.csv, row 2, column description: there is no value"):
        read_drop(BUSINESSES, {"2025-05.csv": lines}, tmp_path)


def test_a_drop_with_all_coordinates_exchanged_says_what_to_do(tmp_path: Path) -> None:
    lines = BUSINESSES_HEADER + "1,Alpha,Text,,-1.25,51.75\n"
    with pytest.raises(DropError, match=r"the value is '-1.25, 51.75'.*exchange the two columns"):
        read_drop(BUSINESSES, {"2025-05.csv": lines}, tmp_path)


def test_a_business_twice_is_refused(tmp_path: Path) -> None:
    lines = BUSINESSES_HEADER + "1,A,T,OX11 0AA,,\n00000001,B,T,OX11 0AA,,\n"
    with pytest.raises(DropError, match="'00000001' stands in row 2 already"):
        read_drop(BUSINESSES, {"2025-05.csv": lines}, tmp_path)


def test_a_label_is_a_digest_and_a_row_for_each_category(tmp_path: Path) -> None:
    lines = LABELS_HEADER + '"Robots, and wind","clean growth; AI & Data, AI and data"\nA choir,\n,Clean Growth\n'
    reading = read_drop(TRAINING_LABELS, {"2025-05.csv": lines}, tmp_path, share=0.5)
    both, none = (hashlib.sha256(text.encode()).hexdigest() for text in ("Robots, and wind", "A choir"))
    assert [tuple(row.values()) for row in rows(reading, "sources.training_labels")] == [
        (2, both, "AI and Data"),
        (2, both, "Clean Growth"),
        (3, none, None),
    ]
    assert reading.rejected.select("row_number", "column_name", "reason").rows() == [
        (4, "text", "expected a text to learn from")
    ]


def test_an_unknown_category_of_a_label_names_row_column_value_and_the_five(tmp_path: Path) -> None:
    lines = LABELS_HEADER + "Robots,AI and Data\n" * 300 + 'Bread,"Clean Growth, Baking"\n'
    with pytest.raises(DropError) as raised:
        read_drop(TRAINING_LABELS, {"2025-05.csv": lines}, tmp_path)
    assert str(raised.value) == (
        "training_labels/2025-05.csv, row 302, column categories: the value is 'Clean Growth, Baking'; expected "
        "categories among AI and Data, Advanced Manufacturing, Ageing Society, Clean Growth, Smart Cities and "
        "Mobility; several with commas between, none left empty. Correct the category, or leave the cell empty where "
        "the text is of none of the five."
    )


def test_given_points_have_a_row_for_each_category_and_those_of_none_are_counted(tmp_path: Path) -> None:
    lines = POINTS_HEADER + (
        'a,Business,"Clean Growth, AI and Data",51.5,-0.1\nb,event,,51.5,-0.1\nc,paper,Ageing Society,55.9,-3.2\n'
    )
    reading = read_drop(ACTIVITY_POINTS, {"2025-05.csv": lines}, tmp_path)
    made = rows(reading, "sources.activity_points")
    assert [(row["item_id"], row["kind"], row["category"]) for row in made] == [
        ("a", "business", "AI and Data"),
        ("a", "business", "Clean Growth"),
        ("c", "paper", "Ageing Society"),
    ]
    assert reading.rejected["reason"].to_list() == ["an item of none of the five categories"]


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("a,business,Overall,51.5,-0.1", "categories", "expected categories among AI and Data"),
        ("a,business,Space,51.5,-0.1", "categories", "expected categories among AI and Data"),
        ("a,business,Clean Growth,-0.1,51.5", "latitude", "exchange the two columns"),
        ("a,business,Clean Growth,40.7,-74", "latitude", "which is the United Kingdom"),
        ("a,company,Clean Growth,51.5,-0.1", "kind", "expected one of business, event, paper"),
        ("a,business,Clean Growth,51.5,", "longitude", "expected a number of degrees"),
    ],
)
def test_bad_points_are_refused(tmp_path: Path, line: str, column: str, why: str) -> None:
    ((_, found, reason),) = reasons(ACTIVITY_POINTS, f"{POINTS_HEADER}{line}\n", tmp_path)
    assert found == column
    assert why in reason


def test_a_point_twice_is_refused(tmp_path: Path) -> None:
    lines = POINTS_HEADER + "a,business,Clean Growth,51.5,-0.1\na,event,AI and Data,51.5,-0.1\n"
    with pytest.raises(DropError, match="column item_id: 'a' stands in row 2 already"):
        read_drop(ACTIVITY_POINTS, {"2025-05.csv": lines}, tmp_path)


def centres(files: Mapping[str, str], scratch: Path) -> list[tuple[Any, ...]]:
    made = rows(read_drop(INDEX_CENTRES, dict(files), scratch), "sources.index_centres")
    return [(row["category"], row["label"]) for row in made]


def test_centres_are_of_a_category_in_any_spelling(tmp_path: Path) -> None:
    lines = CENTRES_HEADER + "Future of mobility,0,51.5,-0.1\nAll five,0,51.5,-0.1\nclean_growth,1,52,-1\n"
    found = centres({"2025-05.csv": lines}, tmp_path)
    assert found == [("Smart Cities and Mobility", "0"), ("Overall", "0"), ("Clean Growth", "1")]


def test_published_files_say_their_category_by_their_names(tmp_path: Path) -> None:
    lines = "Label,Latitude,Longitude,Proportion\n0,51.5,-0.1,0.5\n1,52,-1,0.5\n"
    files = {f"2018-01/{name}.csv": lines for name in ("AIAndData_centroidLabels", "Clean_growth-centres")}
    found = centres(files, tmp_path)
    assert sorted(found) == [("AI and Data", "0"), ("AI and Data", "1"), ("Clean Growth", "0"), ("Clean Growth", "1")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"2025-05.csv": CENTRES_HEADER + "Space,0,51.5,-0.1\n"},
            "column category: the value is 'Space'; expected one of",
        ),
        ({"2025-05.csv": "label,latitude,longitude\n0,51.5,-0.1\n"}, "or at the beginning of the file's name"),
        ({"2025-05.csv": CENTRES_HEADER + "Clean Growth,0,-0.1,51.5\n"}, "exchange the two columns"),
        (
            {"2025-05.csv": CENTRES_HEADER + "Clean Growth,0,51.5,-0.1\nclean growth,0,52,-1\n"},
            "'Clean Growth', '0' stands in row 2 already",
        ),
        (
            {
                "a/CleanGrowth.csv": "label,latitude,longitude\n0,51.5,-0.1\n",
                "b/Clean_growth.csv": "label,latitude,longitude\n0,51.5,-0.1\n",
            },
            "'Clean Growth', '0' stands in row 2 of index_centres/a/CleanGrowth.csv already",
        ),
    ],
)
def test_bad_centres_are_refused(tmp_path: Path, files: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(DropError, match=message):
        read_drop(INDEX_CENTRES, files, tmp_path)


def test_the_published_centres_are_read_as_they_were_published(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "uktii2_open_ccby"
    files: dict[str, str | bytes] = {path.name: path.read_bytes() for path in sorted(folder.glob("*Proportions.csv"))}
    made = read_drop(INDEX_CENTRES, files, tmp_path).tables["sources.index_centres"]
    assert not isinstance(made, Path)
    assert dict(made.group_by("category").len().iter_rows()) == {
        "AI and Data": 35,
        "Advanced Manufacturing": 33,
        "Ageing Society": 30,
        "Clean Growth": 40,
        "Smart Cities and Mobility": 22,
    }


def test_a_file_that_names_no_category_has_none() -> None:
    assert category_of_file("index_centres/2025-05.csv") is None
    assert category_of_file("index_centres/2025-05/All_five_technologies-centres.csv") == "Overall"


@given(st.lists(st.sampled_from(CATEGORIES)), st.sampled_from([",", " , ", "; "]), st.booleans())
def test_a_list_of_categories_is_read_back_in_order_each_once(names: list[str], between: str, capitals: bool) -> None:
    cell = between.join(name.upper() if capitals else name for name in names)
    assert categories_in(cell) == ([name for name in CATEGORIES if name in names] or None)
    assert categories_in(f"{cell}{between}Baking") is None
