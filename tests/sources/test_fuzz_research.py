"""Whatever is changed in what the publishers of research write, it gives rows or one clear refusal.

Changed are values, keys and lists of real-like objects, each in turn, and the bytes of their files. What belongs here:
JSON and Parquet of OpenAlex, Gateway to Research and the registry of institutions. What does not: tables
(`test_any_bytes` and the readers' own tests).
"""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from assets.sources.readers.ror import ROR_DATASET
from assets.sources.readers.ukri import UKRI
from assets.sources.reading.readings import LIBRARY_ERRORS
from tests.sources.readers.test_ror import record
from tests.sources.readers.test_ukri import FUND, LEAD, PROJECT
from tests.sources.support import json_lines, read_drop, rows
from tests.sources.test_cases_research import LEEDS, composition, page, parquet, works

ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        "",
        "GB",
        "x" * 300,
        "2024-13-45",
        "\u0000",
        "null",
        [],
        {},
        [None],
        [[]],
        {"a": []},
    ]
)
SAMPLES: dict[str, tuple[Dataset, Any, Callable[[Any], dict[str, str | bytes]]]] = {
    "lines of OpenAlex": (PUBLICATIONS_DATASET, [*works(), LEEDS], lambda it: {"a.jsonl": json_lines(*it)}),
    "a page of OpenAlex": (
        PUBLICATIONS_DATASET,
        {"meta": {"count": 3, "next_cursor": None}, "results": works()},
        lambda it: {"page-1.json": json.dumps(it)},
    ),
    "a manifest": (
        PUBLICATIONS_DATASET,
        {
            "entity": "works",
            "record_count": 3,
            "files": [{"url": "s3://a/works/updated_date=2026-01-01/part_0000.gz", "meta": {"record_count": 3}}],
        },
        lambda it: {
            "works/manifest.json": json.dumps(it),
            "works/updated_date=2026-01-01/part_0000.jsonl": json_lines(*works()),
        },
    ),
    "pages of Gateway to Research": (
        UKRI,
        {"totalPages": 1, "totalSize": 1, "project": [PROJECT]},
        lambda it: {
            "projects-1.json": json.dumps(it),
            "funds-1.json": page("fund", FUND),
            "organisations-1.json": page("organisation", LEAD),
        },
    ),
    "lines of Gateway to Research": (UKRI, [PROJECT, FUND, LEAD], lambda it: {"a.jsonl": json_lines(*it)}),
    "the site's search": (
        UKRI,
        {"facetedSearchResultBean": {"totalResults": 1, "results": [composition("P1")]}},
        lambda it: {"search": json.dumps(it)},
    ),
    "the registry": (ROR_DATASET, [record("024mrxd33"), record("052gg0110")], lambda it: {"a.json": json.dumps(it)}),
}


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in an object, at any depth."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inside:
        yield (*here, key)
        yield from places(member, (*here, key))


def changed(sample: Any, changes: list[tuple[int, str, Any]]) -> Any:
    """The object with some of its members replaced, taken out, or wrapped in a list or taken out of one."""
    made = copy.deepcopy(sample)
    for number, way, odd in changes:
        found = list(places(made))
        if not found:
            break
        *above, last = found[number % len(found)]
        parent = made
        for key in above:
            parent = parent[key]
        if way == "out":
            del parent[last]
        elif way == "wrap":
            parent[last] = [parent[last]]
        elif way == "unwrap" and isinstance(parent[last], list) and parent[last]:
            parent[last] = parent[last][0]
        else:
            parent[last] = odd
    return made


CHANGES = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from(["odd", "odd", "out", "wrap", "unwrap"]), ODD),
    min_size=1,
    max_size=3,
)
EXAMPLES = {
    "max_examples": 60,
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


def outcome(dataset: Dataset, files: dict[str, str | bytes]) -> str:
    """`rows`, or the message of the refusal; what libraries raise is put in words by whoever has a drop read."""
    folder = Path(tempfile.mkdtemp())
    try:
        reading = read_drop(dataset, files, folder, share=0.5)
        assert all(isinstance(row, dict) for table in reading.tables for row in rows(reading, table))
        return "rows"
    except DropError as error:
        assert str(error).startswith(f"{dataset.name}/"), "the message names the file"
        return str(error)
    except LIBRARY_ERRORS as error:
        return type(error).__name__
    finally:
        shutil.rmtree(folder)


def test_every_sample_gives_rows_as_it_is() -> None:
    assert {outcome(dataset, file(sample)) for dataset, sample, file in SAMPLES.values()} == {"rows"}


@settings(**EXAMPLES)
@given(name=st.sampled_from(sorted(SAMPLES)), changes=CHANGES)
def test_changed_objects_give_rows_or_a_refusal(name: str, changes: list[tuple[int, str, Any]]) -> None:
    dataset, sample, file = SAMPLES[name]
    outcome(dataset, file(changed(sample, changes)))


@settings(**{**EXAMPLES, "max_examples": 30})
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    at=st.integers(0, 10_000),
    put_in=st.binary(max_size=4),
    cut=st.integers(0, 9),
)
def test_changed_bytes_give_rows_or_a_refusal(name: str, at: int, put_in: bytes, cut: int) -> None:
    dataset, sample, file = SAMPLES[name]
    files = file(sample)
    first = next(iter(files))
    content = files[first].encode() if isinstance(files[first], str) else files[first]
    place = at % (len(content) + 1)
    outcome(dataset, {**files, first: content[:place] + put_in + content[place + cut :]})


@settings(**{**EXAMPLES, "max_examples": 20})
@given(changes=CHANGES, at=st.integers(0, 10_000))
def test_changed_parquet_gives_rows_or_a_refusal(changes: list[tuple[int, str, Any]], at: int) -> None:
    try:
        content = parquet(*(each for each in changed(works(), changes) if isinstance(each, dict)))
    except (ValueError, TypeError, NotImplementedError, OverflowError, AttributeError):
        return  # such values make no table
    name = "works/updated_date=2026-01-01/part_0000.parquet"
    outcome(PUBLICATIONS_DATASET, {name: content})
    place = at % len(content)
    outcome(PUBLICATIONS_DATASET, {name: content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]})
