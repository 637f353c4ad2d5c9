"""The registry of research organisations: a record of schema 2.1 for each institution that publishes, and some abroad.

What belongs here: the drop `ror`. What does not: which institutions there are (`publication_drops`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from assets.months import Month
from synthetic_uk.names import overseas_names

ABROAD = 40
"""Organisations of other countries in the registry; of the real one's 120 thousand all but four in a hundred."""
PLACES_ABROAD = (
    ("US", "United States", "Boston", 42.35843, -71.05977),
    ("DE", "Germany", "Munich", 48.13743, 11.57549),
    ("FR", "France", "Lyon", 45.74846, 4.84671),
    ("CN", "China", "Wuhan", 30.58333, 114.26667),
)


def member_name(month: Month) -> str:
    """What the registry calls the JSON in its ZIP."""
    return f"v2.{month.number}-{month.last_day}-ror-data.json"


def registry(institutions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The registry's records of institutions as OpenAlex describes them, then those of other countries."""
    found = [
        _record(
            each["ror"],
            each["display_name"],
            each["type"],
            ("GB", "United Kingdom", each["geo"]["city"], each["geo"]["latitude"], each["geo"]["longitude"]),
        )
        for each in institutions
    ]
    names = overseas_names(np.arange(ABROAD) + 10_000).to_list()
    abroad = [
        _record(f"https://ror.org/0z{number:05x}{number % 90 + 10}", name, "education", PLACES_ABROAD[number % 4])
        for number, name in enumerate(names)
    ]
    return [*found, *abroad]


def content(records: list[dict[str, Any]]) -> bytes:
    """Records as the registry writes them: one list, a key a line."""
    return json.dumps(records, ensure_ascii=False, indent=2).encode()


def _record(ror: str, name: str, kind: str, place: tuple[str, str, str, float, float]) -> dict[str, Any]:
    country_code, country, town, latitude, longitude = place
    acronym = "".join(word[0] for word in name.split() if word[0].isupper())
    return {
        "admin": {
            "created": {"date": "2018-11-14", "schema_version": "1.0"},
            "last_modified": {"date": "2024-12-11", "schema_version": "2.1"},
        },
        "domains": [],
        "established": 1900 + len(name),
        "external_ids": [],
        "id": ror,
        "links": [],
        "locations": [
            {
                "geonames_details": {
                    "country_code": country_code,
                    "country_name": country,
                    "lat": latitude,
                    "lng": longitude,
                    "name": town,
                },
                "geonames_id": 2_600_000 + len(town),
            }
        ],
        "names": [
            *([{"lang": None, "types": ["acronym"], "value": acronym}] if len(acronym) > 1 else []),
            {"lang": "en", "types": ["ror_display", "label"], "value": name},
        ],
        "relationships": [],
        "status": "active",
        "types": [kind],
    }
