"""Where the code of an asset stands, as links of the UI: its query, or its step and what that reads by.

What belongs here: files and lines. What does not: which code a step's rows follow from (`step_code`).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import dagster as dg

from assets.warehouse.steps import Step

KEY = "dagster/code_references"


def code_references(step: Step) -> dict[str, dg.CodeReferencesMetadataValue]:
    """The metadata entry that links a step's assets to their source on this machine."""
    with warnings.catch_warnings():
        # That these classes are in beta is a matter of the pinned version, and nothing for whoever runs a command.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return {KEY: dg.CodeReferencesMetadataValue(code_references=[*_references(step)])}


def _references(step: Step) -> Iterator[dg.LocalFileCodeReference]:
    if step.query is None:
        yield _of_function(step.compute, "step")
    else:
        table = step.tables[0].partition(".")[2]
        yield _of_file(step.layer, f"{table}.sql", "query")
    for name in step.inputs:
        yield _of_file(step.layer, f"inputs/{name}.sql", f"input {name}")


def _of_function(function: Callable[..., Any], label: str) -> dg.LocalFileCodeReference:
    while isinstance(function, functools.partial):
        function = function.func
    code = function.__code__
    return dg.LocalFileCodeReference(file_path=code.co_filename, line_number=code.co_firstlineno, label=label)


def _of_file(layer: str, name: str, label: str) -> dg.LocalFileCodeReference:
    return dg.LocalFileCodeReference(file_path=str(files("sql") / layer / name), label=label)
