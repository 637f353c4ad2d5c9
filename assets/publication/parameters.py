"""The method profiles as rows that can be printed: each parameter, who said so, its value in each profile."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from pydantic.fields import FieldInfo

from assets.method import By, MethodProfile, Origin, Section


def parameter_rows(profiles: list[MethodProfile]) -> pl.DataFrame:
    """`section`, `parameter`, `origin`, `meaning`, and a column of values (as text) for each profile."""
    rows = [
        {
            "section": section,
            "parameter": parameter,
            "origin": origin,
            "meaning": " ".join((info.description or "").split()),
            **{profile.name: _text(getattr(getattr(profile, section), parameter)) for profile in profiles},
        }
        for section, parameter, info, origin in declared_parameters()
    ]
    return pl.DataFrame(rows)


def declared_parameters() -> Iterator[tuple[str, str, FieldInfo, Origin]]:
    """Section, name, declaration and origin of each parameter, in the order in which they are declared."""
    for section, field in MethodProfile.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            for parameter, info in field.annotation.model_fields.items():
                yield section, parameter, info, next(mark.origin for mark in info.metadata if isinstance(mark, By))


def _text(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
