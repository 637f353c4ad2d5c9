"""Whether another process would make the same rows: its Python, the libraries and the project's own code.

What belongs here: what of these is here, and in which another differs. What does not: asking the other (`cluster`).
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = "innovation-clusters"
OF_CLUSTERS = ("dask", "distributed", "cloudpickle", "msgpack")
"""What work is sent by, which the project itself does not need."""
DIGITS = 12


@dataclass(frozen=True)
class Code:
    """What a process works with, by name: Python, each library, the project's code; each with its version."""

    versions: Mapping[str, str]

    def differences(self, other: Code) -> list[str]:
        """What the other has otherwise, in words."""
        names = sorted(self.versions.keys() | other.versions.keys())
        pairs = [(name, self.versions.get(name, "missing"), other.versions.get(name, "missing")) for name in names]
        return [f"{name} is {theirs} there and {ours} here" for name, ours, theirs in pairs if ours != theirs]


@functools.cache
def code_here() -> Code:
    """What this process works with; looked up once."""
    names = {Requirement(line).name for line in requires(PROJECT) or [] if _is_always_needed(line)}
    libraries = {name: _version(name) for name in sorted(names | set(OF_CLUSTERS))}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Code({"python": python, "the project's code": _digest(), **libraries})


def _is_always_needed(line: str) -> bool:
    marker = Requirement(line).marker
    return marker is None or marker.evaluate({"extra": ""})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _digest() -> str:
    """Of every module of the layers and methods."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:DIGITS]
