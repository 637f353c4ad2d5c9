"""Queries are in `sql/`: one of more than three lines in Python is a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.warehouse.inputs import asked, inputs_of

ROOT = Path(__file__).parents[1]
QUERY = re.compile(
    r"^\s*(with|select|from|insert|update|delete)\s[^.]*\b(select|from|into|set)\b", re.IGNORECASE | re.DOTALL
)
MOST_LINES = 3
READ_FROM_FILES = "assets/sources/"
"""Readers ask DuckDB for the rows of a publisher's file, of which no table is declared."""
MADE_OF_NAMES = "assets/warehouse/checks.py"
"""Rules that hold for any table are made of its name and its columns'."""


def queries(folder: str) -> Iterator[tuple[str, int, int]]:
    """File, line and number of lines of every text in Python that is a query."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if QUERY.match(text):
                yield path.relative_to(ROOT).as_posix(), node.lineno, len(text.strip().splitlines())


@pytest.mark.parametrize("folder", ["assets", "pipelines"])
def test_a_query_of_more_than_three_lines_is_a_file(folder: str) -> None:
    found = list(queries(folder))
    assert found
    long = [(file, line) for file, line, lines in found if lines > MOST_LINES]
    assert [where for where in long if not where[0].startswith((READ_FROM_FILES, MADE_OF_NAMES))] == []


def test_every_query_that_commands_ask_is_asked() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipelines").rglob("*.py"))
    files = sorted(ROOT.glob("sql/*/asked/*.sql"))
    assert files
    for file in files:
        assert f'asked("{file.parts[-3]}", "{file.stem}")' in texts, file


def test_every_folder_of_queries_is_installed() -> None:
    """A folder that is no package would be left out."""
    folders = {parent for path in (ROOT / "sql").rglob("*.sql") for parent in path.parents if ROOT in parent.parents}
    assert len(folders) > 15
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_an_input_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"there is no sql/spatial/inputs/nothing\.sql"):
        inputs_of("spatial", ["nothing"])
    with pytest.raises(FileNotFoundError):
        asked("spatial", "nothing")
