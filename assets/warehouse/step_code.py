"""What of the project a step's rows follow from: its own code, what that reaches by import, its query, the libraries.

What belongs here: finding these, and the one digest of them that the ledger and Dagster know a step's code by. What
does not: what the rows were made from besides (`made_from`).

Of the module that a step stands in, only what its function names counts, and what that names: steps of a layer stand
beside each other, and a change of one is none of the others. Of every module that is reached from there all counts.
Imports are read from the source, wherever in it they stand.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import Step
from assets.warehouse.views import views_in

ROOT = Path(__file__).parents[2]
PACKAGE = "assets"
ENGINE = "assets.warehouse.running"
"""What runs every step."""
IMPORT = re.compile(
    r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)$|"
    r"^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+\w+)?[ \t]*$",
    re.MULTILINE,
)
DATA_READ = re.compile(r"__file__|importlib\.resources")
"""What a module says that reads files beside it."""
PACKAGE_OF = {"sklearn": "scikit-learn", "mpl_toolkits": "basemap-data", "js_lib_leaflet": "django-js-lib-leaflet"}
"""Distributions whose name is not that of what is imported."""


@functools.cache
def step_code(step: Step) -> str:
    """The digest of a step's code, in 64 hex digits: the same as long as nothing that its rows follow from changes."""
    known = declared_tables()
    digest = hashlib.sha256()
    texts = [text for function in _functions(step) for text in _own(function)]
    modules = modules_of(step)
    queries = (step.query or "", *step.inputs.values())
    views = [view.statement for view in views_in((*texts, *queries, *map(_source, modules)))]
    tables = [repr(known.get(table, table)) for table in (*step.tables, *step.reads)]
    for part in (*texts, *queries, *views, *tables):
        digest.update(f"{len(part)}\n{part}".encode())
    for module in modules:
        for name, content in _contents(module):
            digest.update(f"{name} {len(content)}\n".encode() + content)
    for library in libraries_of(step):
        digest.update(f"{library}\n".encode())
    return digest.hexdigest()


def modules_of(step: Step) -> list[str]:
    """The modules of the project that a step reaches beyond its own, by name, in order."""
    texts = [text for function in _functions(step) for text in _own(function)]
    return sorted(_reached({ENGINE, *[name for text in texts for name in _imported(text)]}))


def libraries_of(step: Step) -> list[str]:
    """Python and the distributions that these import, each with its version, in order."""
    texts = [text for function in _functions(step) for text in _own(function)]
    texts += [_source(module) for module in modules_of(step)]
    names = {name.split(".")[0] for text in texts for name in _named(text)}
    found = {_library(name) for name in names - sys.stdlib_module_names - {PACKAGE, "sql"}}
    return sorted({f"python {sys.version_info.major}.{sys.version_info.minor}", *found})


def _functions(step: Step) -> list[Callable[..., Any]]:
    return [function for function in (step.compute, step.tell) if function is not None]


def _own(function: Callable[..., Any]) -> list[str]:
    """The source of the definition that a function stands in, and of all in its module that follows from there."""
    if function.__module__ == Step.__module__:
        return []
    defined = _definitions(function.__module__)
    found: dict[str, str] = {}
    wanted = [function.__qualname__.split(".")[0]]
    while wanted:
        name = wanted.pop()
        if name in defined and name not in found:
            text, names = defined[name]
            found[name] = text
            wanted += names
    return [found[name] for name in sorted(found)]


@functools.cache
def _definitions(module: str) -> dict[str, tuple[str, list[str]]]:
    """What a module defines or imports at its top: the source of each name, and the names in it."""
    source = _source(module) or Path(sys.modules[module].__file__ or "").read_text(encoding="utf-8")
    found: dict[str, tuple[str, list[str]]] = {}
    for node in ast.parse(source).body:
        text = ast.unparse(node)
        names = sorted({part.id for part in ast.walk(node) if isinstance(part, ast.Name)})
        # A name may be bound more than once: all that binds it counts.
        for name in set(_bound(node)):
            earlier_text, earlier_names = found.get(name, ("", []))
            found[name] = (f"{earlier_text}{text}\n", [*earlier_names, *names])
    return found


def _bound(node: ast.stmt) -> Iterable[str]:
    """Names that a statement binds in its module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).split(".")[0]


def _reached(first: set[str]) -> set[str]:
    """The modules named, and all of the project that they import."""
    reached, wanted = set[str](), list(first)
    while wanted:
        module = wanted.pop()
        if module not in reached and _file(module) is not None:
            reached.add(module)
            wanted += _imported(_source(module))
    # Importing a module runs the packages that it lies in first: what these do counts, what they offer others does not.
    return reached | {package for module in reached for package in _packages(module)}


def _packages(module: str) -> Iterable[str]:
    """The packages that a module lies in."""
    parts = module.split(".")
    return (".".join(parts[:depth]) for depth in range(1, len(parts)))


def _imported(text: str) -> list[str]:
    return [name for name in _named(text) if name.split(".")[0] == PACKAGE and _file(name) is not None]


@functools.cache
def _named(text: str) -> tuple[str, ...]:
    """Dotted names of all that a text imports: modules, and what may be one."""
    found: list[str] = []
    for module, names, alone in IMPORT.findall(text):
        if module.split(".")[0] != PACKAGE:
            found.append(module or alone)
            continue
        offered = _offered(module)
        for part in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", names):
            inside = f"{module}.{part}"
            found.append(offered.get(part) or (inside if _file(inside) else module))
    return tuple(found)


@functools.cache
def _offered(module: str) -> dict[str, str]:
    """Of a package that offers others what its modules define: each name, and the module that defines it."""
    path = _file(module)
    if path is None or path.name != "__init__.py":
        return {}
    return {
        name.asname or name.name: node.module
        for node in ast.parse(_source(module)).body
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }


@functools.cache
def _file(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@functools.cache
def _source(module: str) -> str:
    path = _file(module)
    return "" if path is None else path.read_text(encoding="utf-8")


@functools.cache
def _contents(module: str) -> list[tuple[str, bytes]]:
    """A module's source; and, where it reads files beside it, all that lie there and are no Python."""
    path = _file(module)
    if path is None:
        return []
    paths = [path]
    if DATA_READ.search(_source(module)):
        beside = sorted(path.parent.rglob("*"))
        paths += [other for other in beside if other.is_file() and other.suffix not in (".py", ".pyc", ".nbi", ".nbc")]
    return [(other.relative_to(ROOT).as_posix(), other.read_bytes()) for other in paths]


@functools.cache
def _library(name: str) -> str:
    distribution = PACKAGE_OF.get(name, name)
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return f"{distribution} not installed"
