"""The floors of the house: imports go down only, and no layer reaches into another."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest
from setuptools import find_packages

ROOT = Path(__file__).parents[1]
OF_NO_LAYER = {"arrays", "disk", "method", "months", "pictures", "scratch", "text_safety"}
OF_NO_LAYER |= {"cluster", "manners", "origins", "same_code", "synthetic", "work"}
"""Modules of `assets` that belong to no layer."""
SHARED = {"methods", "warehouse"}
FACES = {"reference", "sources", "innovation_index"}
"""Layers whose packages offer names to other layers."""
RUNNING = {"pipelines", "synthetic_uk", "benchmarks", "tests", "tools"}


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """File and dotted name of every import in a folder's modules, wherever in them it stands."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    yield path.relative_to(ROOT).as_posix(), f"{node.module}.{name.name}"
            elif isinstance(node, ast.Import):
                for name in node.names:
                    yield path.relative_to(ROOT).as_posix(), name.name


def layers() -> list[str]:
    folders = [path.name for path in (ROOT / "assets").iterdir() if (path / "__init__.py").is_file()]
    return sorted(set(folders) - SHARED)


def reaches_up(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in RUNNING


def not_for_methods(name: str) -> bool:
    first, second = (*name.split("."), "")[:2]
    return first in {"dagster", "duckdb", "sql"} or (first == "assets" and second not in OF_NO_LAYER | {"methods"})


def inside_of_another(name: str, layer: str) -> bool:
    """Whether an import of a module of `layer` is of another layer's inside: of a module and not of its package."""
    parts = name.split(".")
    if parts[0] != "assets" or parts[1] in OF_NO_LAYER | SHARED | {layer}:
        return False
    return parts[1] not in FACES or len(parts) != 3 or is_module(name)


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return name.startswith("assets.") and (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file())


def test_there_are_layers_and_methods() -> None:
    assert {"sources", "organisations", "spatial", "network", "typology", "trust", "publication"} < set(layers())
    assert len({file for file, _ in imports(ROOT / "assets" / "methods")}) > 40


def test_assets_import_nothing_that_runs_them() -> None:
    assert [found for found in imports(ROOT / "assets") if reaches_up(found[1])] == []


def test_methods_import_neither_warehouse_nor_layers() -> None:
    assert [found for found in imports(ROOT / "assets" / "methods") if not_for_methods(found[1])] == []


@pytest.mark.parametrize("layer", layers())
def test_no_layer_imports_the_inside_of_another(layer: str) -> None:
    found = imports(ROOT / "assets" / layer)
    assert [(file, name) for file, name in found if inside_of_another(name, layer)] == []


def test_no_two_modules_import_each_other() -> None:
    """Nor in a ring of more; imports for types alone count too."""
    graph = networkx.DiGraph()
    for file, name in imports(ROOT / "assets"):
        module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for target in (name, name.rpartition(".")[0]):
            if target != module and is_module(target):
                graph.add_edge(module, target)
                break
    assert graph.number_of_edges() > 500
    assert [ring for ring in networkx.strongly_connected_components(graph) if len(ring) > 1] == []


@pytest.mark.parametrize("layer", layers())
def test_every_layer_has_its_steps(layer: str) -> None:
    folder = ROOT / "assets" / layer
    assert (folder / "steps.py").is_file() or (folder / "steps" / "__init__.py").is_file() or layer == "reference"


def test_the_rules_catch_what_they_are_for() -> None:
    assert reaches_up("pipelines.cli") and not reaches_up("assets.months")
    assert not_for_methods("duckdb") and not_for_methods("assets.warehouse.steps.Step")
    assert not_for_methods("assets.spatial.steps.STEPS") and not not_for_methods("assets.methods.scan.scan.scan")
    assert inside_of_another("assets.sources.values.tables.read", "typology")
    assert inside_of_another("assets.spatial.members_on_disk", "typology")
    assert inside_of_another("assets.sources.bounds", "typology")
    assert not inside_of_another("assets.sources.Bounds", "innovation_index")
    assert not inside_of_another("assets.spatial.members_on_disk.MembersOnDisk", "spatial")


def test_what_is_installed_imports_nothing_that_is_not() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    installed = {name.split(".")[0] for name in find_packages(str(ROOT), include=packages["find"]["include"])}
    assert installed == {"assets", "pipelines", "sql", "synthetic_uk"}
    beside = RUNNING - installed
    found = [found for folder in sorted(installed) for found in imports(ROOT / folder)]
    assert [(file, name) for file, name in found if name.split(".")[0] in beside] == []
