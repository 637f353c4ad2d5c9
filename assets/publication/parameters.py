"""The method profiles as rows that can be printed: each parameter, who said so, its value in each profile."""

from __future__ import annotations

import polars as pl

from assets.method import By, MethodProfile, Section


def parameter_rows(profiles: list[MethodProfile]) -> pl.DataFrame:
    """`section`, `parameter`, `origin`, `meaning`, and a column of values (as text) for each profile."""
    rows = []
    for name, field in MethodProfile.model_fields.items():
        section = field.annotation
        if not (isinstance(section, type) and issubclass(section, Section)):
            continue
        for parameter, info in section.model_fields.items():
            rows.append(
                {
                    "section": name,
                    "parameter": parameter,
                    "origin": next(mark.origin for mark in info.metadata if isinstance(mark, By)),
                    "meaning": " ".join((info.description or "").split()),
                    **{profile.name: _text(getattr(getattr(profile, name), parameter)) for profile in profiles},
                }
            )
    return pl.DataFrame(rows)


def _text(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
