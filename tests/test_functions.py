"""How large a function may be: at most 60 lines and eight parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
HELD = ("assets", "pipelines", "synthetic_uk", "benchmarks", "tools")
MOST_LINES, MOST_PARAMETERS = 60, 8
COMMANDS = ("pipelines/commands/", "benchmarks/__main__.py")
"""A command of theirs has a parameter for each of its options."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(code: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(code)) if isinstance(node, Function))


def is_command(function: Function, file: str) -> bool:
    types = [ast.unparse(given.annotation) if given.annotation else "" for given in function.args.args]
    return file.startswith(COMMANDS) and all(re.search("Option|Argument|Context", one) for one in types)


def parameters(function: Function) -> int:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return len(named) + (given.vararg is not None) + (given.kwarg is not None)


def is_too_large(function: Function, file: str) -> bool:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines > MOST_LINES or (parameters(function) > MOST_PARAMETERS and not is_command(function, file))


def test_no_function_is_larger_than_a_reader_holds() -> None:
    paths = sorted(path for folder in HELD for path in (ROOT / folder).rglob("*.py"))
    assert len(paths) > 200
    found = set()
    for path in paths:
        file = path.relative_to(ROOT).as_posix()
        for function in functions(path.read_text(encoding="utf-8")):
            if is_too_large(function, file):
                found.add(f"{file}:{function.name}")
    assert found == set()


def test_the_rule_catches_what_it_is_for() -> None:
    long = "def long():\n" + "    pass\n" * 60
    wide = "def wide(a, b, c, d, /, e, f, *, g, h, **i): pass"
    command = f"def wide({', '.join(f'{name}: SomeOption' for name in 'abcdefghi')}): pass"
    kept = "def kept(a, b, c, d, e, f, g, h):\n" + "    pass\n" * 59
    for code, file, expected in (
        (long, "assets/a.py", True),
        (wide, "assets/a.py", True),
        (wide, "pipelines/commands/a.py", True),
        (command, "pipelines/commands/a.py", False),
        (command, "pipelines/runs.py", True),
        (kept, "assets/a.py", False),
    ):
        assert [is_too_large(function, file) for function in functions(code)] == [expected]
