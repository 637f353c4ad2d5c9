"""Publications and institutions: the objects of an OpenAlex snapshot.

What belongs here: the drop `publications`. What does not: who publishes (`research`), how objects are filed
(`published`).

A work has one to six authors; the first is at the institution it was drawn for, the others there, elsewhere in the
country, or abroad. Works stand in the newest partition. An older one holds, as a copy that was kept up to date does,
what some of them were before they were last changed, and works that were deleted since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.arrays import Integers
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes, to_degrees
from synthetic_uk.leanings import Leanings, paper_masks
from synthetic_uk.names import overseas_names
from synthetic_uk.register import SPECIAL_KINDS
from synthetic_uk.research import Research
from synthetic_uk.settings import Settings
from synthetic_uk.streams import scattered, stream
from synthetic_uk.wording import PAPER, compose

_OVERSEAS_INSTITUTIONS = 200
_FIRST_ID = 3_000_000_000
_CITATIONS = (1.4, 1.2)
"""Mean and standard deviation of the log of a work's citations: half have four or more, one in a hundred 66."""
_CHANGED_OF_FORTY, _DELETED_OF_FORTY = 7, 11
"""Of forty works the one of which an older record stands there too, and the one that was deleted under another id."""
_DELETED_FROM = 900_000_000
"""What the id of a deleted work has more than that of the work that stands there now."""
_DAYS_OLDER = 200
_TYPES = {
    "university": "education",
    "research_organisation": "facility",
    "hospital": "healthcare",
    "council": "government",
}


@dataclass(frozen=True)
class Publications:
    """The objects of a snapshot."""

    institutions: Iterator[dict[str, Any]]
    works: Iterator[dict[str, Any]]
    older: Iterator[dict[str, Any]]
    """What some works were before they were last changed, and works that were deleted."""
    deleted: list[str]
    """Ids of the latter."""

    def by_day(self, released: date) -> dict[str, dict[date, Iterator[dict[str, Any]]]]:
        """Works and institutions by the day that they were last changed on, the newest on the day of the release."""
        before = released - timedelta(days=_DAYS_OLDER)
        return {"institutions": {released: self.institutions}, "works": {before: self.older, released: self.works}}


def publication_records(
    research: Research,
    geography: Geography,
    firms: Firms,
    postcodes: Postcodes,
    leanings: Leanings,
    month: int,
    seed: int,
    settings: Settings,
) -> Publications:
    """What a month's snapshot holds."""
    institutions = institution_records(research, geography, firms, postcodes, month)
    works = works_of_month(research, month)
    mask = paper_masks(leanings, firms, postcodes, research, works, seed, settings)
    wording = compose(PAPER, mask, works, seed).with_columns(
        text=pl.when(pl.Series(scattered(seed, "has abstract", works) >= settings.abstract_missing_share)).then("text")
    )
    is_older = np.isin(works % 40, (_CHANGED_OF_FORTY, _DELETED_OF_FORTY))
    older = _older(_works(research, institutions, works[is_older], wording.filter(pl.Series(is_older)), seed))
    deleted = work_ids(works[works % 40 == _DELETED_OF_FORTY] + _DELETED_FROM).to_list()
    newest = _works(research, institutions, works, wording, seed)
    return Publications(iter(institutions.values()), newest, older, deleted)


def institution_records(
    research: Research, geography: Geography, firms: Firms, postcodes: Postcodes, month: int
) -> dict[int, dict[str, Any]]:
    """The institutions that publish in a month, by their place among all publishers."""
    known = np.flatnonzero(research.publisher_from <= month)
    numbers = research.publishers[known]
    home = firms.home[numbers]
    latitude, longitude = to_degrees(postcodes.x_m[home], postcodes.y_m[home], postcodes.is_ni[home])
    town = pl.Series(geography.settlements.names).gather(postcodes.town[home]).to_list()
    special = numbers < len(firms.special_names)
    names = firms.names(numbers).to_list()
    institutions: dict[int, dict[str, Any]] = {}
    for place, row in enumerate(known):
        kind = _TYPES[SPECIAL_KINDS[firms.special_kind[numbers[place]]]] if special[place] else "company"
        institutions[int(row)] = {
            "id": f"https://openalex.org/I{1_000_000_000 + int(row) * 7}",
            "ror": f"https://ror.org/0{int(row) * 7 + 100_000:06x}{int(row) % 90 + 10}",
            "display_name": names[place],
            "country_code": "GB",
            "type": kind,
            "geo": {
                "city": town[place],
                "country_code": "GB",
                "latitude": round(float(latitude[place]), 5),
                "longitude": round(float(longitude[place]), 5),
            },
        }
    return institutions


def works_of_month(research: Research, month: int) -> Integers:
    """Numbers of the works in a month's snapshot."""
    return np.flatnonzero(research.publisher_from[research.work_publisher] <= month)


def work_ids(works: Integers) -> pl.Series:
    """OpenAlex ids of works by their number."""
    return pl.select(pl.format("https://openalex.org/W{}", pl.Series(_FIRST_ID + works))).to_series()


def inverted_index(text: str) -> dict[str, list[int]]:
    """Each word of a text, in the order in which they first stand, with its places: OpenAlex's form of abstracts."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        places.setdefault(word, []).append(place)
    return places


def _older(works: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What works were: of another year, and of all their authors the last alone; or another work that was deleted."""
    for work in works:
        number = int(work["id"].rpartition("W")[2]) - _FIRST_ID
        is_deleted = number % 40 == _DELETED_OF_FORTY
        year = work["publication_year"] - 1
        yield {
            **work,
            "id": work_ids(np.array([number + _DELETED_FROM]))[0] if is_deleted else work["id"],
            "publication_year": year,
            "publication_date": f"{year}-01-01",
            "authorships": work["authorships"][-1:],
        }


def _works(
    research: Research, institutions: dict[int, dict[str, Any]], works: Integers, wording: pl.DataFrame, seed: int
) -> Iterator[dict[str, Any]]:
    abroad_names = overseas_names(np.arange(_OVERSEAS_INSTITUTIONS) + 10_000).to_list()
    first_publishers = np.flatnonzero(research.publisher_from == 0)
    texts = wording.select(work_ids(works).alias("id"), "title", "text")
    for work, (work_id, title, abstract) in zip(works, texts.iter_rows(), strict=True):
        # A stream of its own: a work is the same in every month's snapshot.
        rng = stream(seed, "work", int(work))
        authors = []
        for place in range(int(rng.integers(1, 7))):
            chance = rng.random()
            if place == 0 or chance < 0.6:
                shown = _shown(institutions[int(research.work_publisher[work])])
            elif chance < 0.8:
                shown = _shown(institutions[int(first_publishers[rng.integers(len(first_publishers))])])
            else:
                which = int(rng.integers(_OVERSEAS_INSTITUTIONS))
                shown = {
                    "id": f"https://openalex.org/I{2_000_000_000 + which}",
                    "display_name": abroad_names[which],
                    "ror": None,
                    "country_code": ("US", "DE", "FR", "CN")[which % 4],
                    "type": "education",
                }
            authors.append(
                {
                    "author": {"id": f"https://openalex.org/A{int(work) * 10 + place + 5_000_000}"},
                    "institutions": [shown],
                    "countries": [shown["country_code"]],
                }
            )
        day = research.work_day[work]
        yield {
            "id": work_id,
            "doi": f"https://doi.org/10.55555/synthetic.{int(work)}",
            "title": title,
            "display_name": title,
            "publication_year": day.year,
            "publication_date": day.isoformat(),
            "type": "article",
            "authorships": authors,
            "primary_topic": None,
            "topics": [],
            "abstract_inverted_index": None if abstract is None else inverted_index(abstract),
            "cited_by_count": int(rng.lognormal(*_CITATIONS)),
        }


def _shown(institution: dict[str, Any]) -> dict[str, Any]:
    """An institution as it stands on a work."""
    return {key: institution[key] for key in ("id", "display_name", "ror", "country_code", "type")}
