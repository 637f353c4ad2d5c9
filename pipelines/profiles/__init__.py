"""The shipped method profiles, and finding one by name or by path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assets.method import MethodProfile, load_profile

DEFAULT_PROFILES = ("dsit-v1", "evidence")
FOLDER = Path(__file__).parent


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def find_profiles(names: Sequence[str]) -> list[MethodProfile]:
    """Profiles by name, or by the path of a TOML file. Raises ValueError naming what is not known and what is."""
    profiles = []
    for name in names or DEFAULT_PROFILES:
        path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
        if not path.is_file():
            raise ValueError(f"no method profile {name!r}: known are {', '.join(shipped_profiles())}, or a path to a .toml")
        profiles.append(load_profile(path))
    return profiles
