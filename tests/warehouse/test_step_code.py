"""A change in the project is a change of the steps that can reach it, and of no other."""

from __future__ import annotations

import ast
import functools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from assets.warehouse import step_code
from assets.warehouse.dagster_assets import asset_of
from assets.warehouse.steps import Step
from pipelines.definitions import all_steps
from pipelines.settings import Settings

STEPS = {f"{step.layer}.{step.name}": step for step in all_steps(Settings())}
KEPT = [value for value in vars(step_code).values() if isinstance(value, functools._lru_cache_wrapper)]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the code that may be changed, which the steps are looked for in."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(step_code.ROOT / "assets", tmp_path / "assets", ignore=ignored)
    monkeypatch.setattr(step_code, "ROOT", tmp_path)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget() -> None:
    for kept in KEPT:
        kept.cache_clear()


def codes() -> dict[str, str]:
    forget()
    return {name: step_code.step_code(step) for name, step in STEPS.items()}


def changed(path: Path, old: str, new: str) -> set[str]:
    """The steps whose code is another once a file says something else."""
    before, text = codes(), path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    after = codes()
    path.write_text(text, encoding="utf-8")
    return {name for name in STEPS if before[name] != after[name]}


def test_a_page_s_style_is_the_page_s_alone(tree: Path) -> None:
    style = tree / "assets" / "publication" / "site" / "style.css"
    assert changed(style, "{", "{ ") == {"publication.release"}


def test_a_method_is_that_of_the_steps_that_reach_it(tree: Path) -> None:
    quotients = tree / "assets" / "methods" / "statistics" / "quotients.py"
    found = changed(quotients, "import numpy as np", "import numpy as np  # as np")
    assert "spatial.location_quotients" in found
    assert not found & {"spatial.points", "spatial.groups", "spatial.outlines", "organisations.sites", "network.edges"}
    partitions = tree / "assets" / "methods" / "communities" / "partitions.py"
    assert changed(partitions, "import os", "import os  # os") == {"network.communities", "trust.stability"}


def test_of_another_layer_counts_what_is_taken_from_it(tree: Path) -> None:
    places = tree / "assets" / "reference" / "data" / "places.csv"
    assert "innovation_index.classification" not in changed(places, "London", "Londinium")
    categories = tree / "assets" / "reference" / "categories.py"
    assert {"innovation_index.classify", "publication.release"} <= changed(categories, "import re", "import re  # re")
    texts = tree / "assets" / "sources" / "reading" / "texts.py"
    found = changed(texts, "import polars as pl", "import polars as pl  # pl")
    assert "innovation_index.classify" in found and "innovation_index.clusters" not in found


def test_what_runs_every_step_is_every_step_s(tree: Path) -> None:
    engine = tree / "assets" / "warehouse" / "database.py"
    assert changed(engine, "import re", "import re  # re") == set(STEPS)


def test_a_step_is_none_of_those_beside_it(tree: Path) -> None:
    layer = tree / "assets" / "spatial" / "steps.py"
    assert changed(layer, "PICTURED_MEMBERS = 50_000", "PICTURED_MEMBERS = 40_000") == {"spatial.groups"}
    assert changed(layer, "import polars as pl", "import polars as pl  # a comment") == set()
    layer.write_text(layer.read_text(encoding="utf-8") + "\nPICTURED_MEMBERS += 1\n", encoding="utf-8")
    assert changed(layer, "PICTURED_MEMBERS = 50_000", "PICTURED_MEMBERS = 40_000") == {"spatial.groups"}


def test_what_is_reported_is_part_of_a_step(tree: Path) -> None:
    reports = tree / "assets" / "organisations" / "reports.py"
    assert changed(reports, '"sites left out"', '"sites that are left out"') == {"organisations.sites"}


def test_a_query_and_a_declaration_are_the_step_s_own() -> None:
    edges = STEPS["network.edges"]
    other = Step(**{**vars(edges), "query": f"{edges.query}\n-- more"})
    assert step_code.step_code(other) != step_code.step_code(edges)
    groups = STEPS["spatial.groups"]
    reads_else = Step(**{**vars(groups), "inputs": {**groups.inputs, "kept_null": "select 1"}})
    assert step_code.step_code(reads_else) != step_code.step_code(groups)
    reads_more = Step(**{**vars(edges), "reads": (*edges.reads, "network.groups")})
    assert step_code.step_code(reads_more) != step_code.step_code(edges)


def test_libraries_are_those_that_are_imported_with_their_versions() -> None:
    assert f"graspologic_native {version('graspologic_native')}" in step_code.libraries_of(STEPS["network.communities"])
    assert f"highspy {version('highspy')}" in step_code.libraries_of(STEPS["publication.disclosure"])
    for name, step in STEPS.items():
        found = step_code.libraries_of(step)
        assert not [library for library in found if "not installed" in library], name
        assert not [library for library in found if library.startswith("dagster")], name


def test_every_import_of_the_project_is_seen() -> None:
    """Against Python's own parser: what a name is taken from, be it a module, a package or what that offers."""
    for path in sorted((step_code.ROOT / "assets").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        named = set(step_code._named(text))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module, path
                offered = step_code._offered(node.module)
                for alias in node.names:
                    taken_from = {node.module, f"{node.module}.{alias.name}", offered.get(alias.name)}
                    assert taken_from & named, (path, node.module, alias.name)
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= named, path


def test_what_a_step_reaches_is_what_python_loads() -> None:
    """Every module of the project that is there once the step's methods are imported, in a process of its own."""
    methods = "assets.methods.communities.groups, assets.network.reports, assets.warehouse.running"
    shown = f"import sys, {methods}; print(*[name for name in sys.modules if name.startswith('assets.')])"
    loaded = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True).stdout.split()
    modules = {name for name in loaded if step_code._source(name).strip()}
    assert "assets.methods.communities.partitions" in modules
    assert modules <= set(step_code.modules_of(STEPS["network.communities"]))


def test_dagster_is_told() -> None:
    step = STEPS["network.edges"]
    assert {spec.code_version for spec in asset_of(step).specs} == {step_code.step_code(step)[:16]}
