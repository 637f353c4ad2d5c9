from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from assets.publication.datapackage import _field
from assets.warehouse.declarations import Column, declared_tables, ledger_tables
from assets.warehouse.facts import facts_of, facts_text
from assets.warehouse.schema import OF_ITSELF, SCHEMA_ORDER

ROOT = Path(__file__).parents[2]
COLUMNS = {"clusters": ["month", "cluster_id", "turnover"]}
KEPT = 'kept = "for ever"\n'
KEY = f'[clusters]\n{KEPT}key = ["month", "cluster_id"]\n'


def test_every_table_has_a_key_or_says_why_not() -> None:
    tables = {**declared_tables(), **ledger_tables()}
    said = {
        f"{layer}.{table}": facts
        for layer in (*SCHEMA_ORDER, OF_ITSELF)
        for table, facts in tomllib.loads(facts_text(layer)).items()
    }
    assert said.keys() == tables.keys()
    for name, table in tables.items():
        assert list(table.key) == said[name]["key"]
        assert bool(table.key) != bool(said[name].get("no_key_because")), name


def test_comments_hold_meaning_alone() -> None:
    tables = [*declared_tables().values(), *ledger_tables().values()]
    assert [table.name for table in tables if "Key:" in table.description] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"sql/schema/publication\.toml says nothing of clusters: add \[clusters\]"),
        (KEY + "[other]\nkey = []\n", r"describes other, which sql/schema/publication\.sql does not declare"),
        (f'[clusters]\n{KEPT}key = ["week"]\n', r"\[clusters\] names the column week, which the table does not have"),
        (KEY + 'units = { profit = "GBP" }\n', r"\[clusters\] names the column profit"),
        (KEY + 'units = { turnover = "pounds" }\n', r"units\.turnover: .*the units are GBP, EUR, km2"),
        (KEY + 'unit = { turnover = "GBP" }\n', r"unit: .*there are key, kept, no_key_because, units, formats, bands"),
        (KEY + 'formats = { turnover = "euro" }\n', r"formats\.turnover: .*the formats count, gbp"),
        (KEY + 'formats = { profit = "gbp" }\n', r"\[clusters\] names the column profit"),
        (KEY + 'bands = { turnover = "turnover_band" }\n', r"\[clusters\] names the column turnover_band"),
        (KEY + 'measures = { firms = { format = "count", met = "over" } }\n', r"names the column measure"),
        (KEY + 'measures = { firms = { format = "count", met = "below" } }\n', r"measures\.firms\.met"),
        ("[clusters]\n", r"key: Field required"),
        ('[clusters]\nkey = ["month"]\n', r"kept: Field required"),
        ('[clusters]\nkey = ["month"]\nkept = "a while"\n', r"kept: .*rows are kept for ever or newest months"),
        (f"[clusters]\n{KEPT}key = []\n", r"give a key, or an empty key and no_key_because"),
        (KEY + 'no_key_because = "rows repeat"\n', r"give a key, or an empty key and no_key_because"),
        ("[clusters\n", r"sql/schema/publication\.toml is no TOML"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        facts_of("publication", text, COLUMNS)


def test_the_unit_said_is_the_data_packages_whatever_the_words() -> None:
    said = facts_of("publication", KEY + 'units = { turnover = "percent" }\n', COLUMNS)["clusters"]
    column = Column("turnover", "double", True, "Turnover in GBP.", unit=said.units["turnover"])
    assert _field(column, said.key)["unit"] == "percent"
    assert "unit" not in _field(replace(column, unit=None), said.key)


def test_the_files_are_installed() -> None:
    assert '"*" = ["*.sql", "*.toml"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for layer in (*SCHEMA_ORDER, OF_ITSELF):
        assert (ROOT / "sql" / "schema" / f"{layer}.toml").is_file()
