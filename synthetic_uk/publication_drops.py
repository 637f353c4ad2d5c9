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
_CREATED = "2016-06-24T00:00:00.000000"
"""When OpenAlex made a record of it, which nothing here tells."""
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
        found = {"institutions": {released: self.institutions}, "works": {before: self.older, released: self.works}}
        return {
            entity: {day: _changed_on(day, records) for day, records in by_day.items()}
            for entity, by_day in found.items()
        }


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
        key = f"https://openalex.org/I{1_000_000_000 + int(row) * 7}"
        ror = f"https://ror.org/0{int(row) * 7 + 100_000:06x}{int(row) % 90 + 10}"
        institutions[int(row)] = {
            "id": key,
            "ror": ror,
            "display_name": names[place],
            "country_code": "GB",
            "type": kind,
            "type_id": f"https://openalex.org/institution-types/{kind}",
            "lineage": [key],
            "homepage_url": None,
            "display_name_acronyms": [],
            "display_name_alternatives": [],
            "is_super_system": False,
            "works_count": 0,
            "cited_by_count": 0,
            "ids": {"openalex": key, "ror": ror},
            "geo": {
                "city": town[place],
                "geonames_city_id": str(2_600_000 + int(row)),
                "region": None,
                "country_code": "GB",
                "country": "United Kingdom",
                "latitude": round(float(latitude[place]), 5),
                "longitude": round(float(longitude[place]), 5),
            },
            "associated_institutions": [],
            "counts_by_year": [],
            "created_date": _CREATED,
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
            **_counted(work["authorships"][-1:]),
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
        count = int(rng.integers(1, 7))
        for place in range(count):
            chance = rng.random()
            if place == 0 or chance < 0.6:
                shown = _shown(institutions[int(research.work_publisher[work])])
            elif chance < 0.8:
                shown = _shown(institutions[int(first_publishers[rng.integers(len(first_publishers))])])
            else:
                shown = _abroad(int(rng.integers(_OVERSEAS_INSTITUTIONS)), abroad_names)
            authors.append(_authorship(int(work) * 10 + place + 5_000_000, shown, place, count))
        yield _work(work_id, f"10.55555/synthetic.{int(work)}", title, abstract, research.work_day[work]) | {
            "authorships": authors,
            **_counted(authors),
            "cited_by_count": int(rng.lognormal(*_CITATIONS)),
        }


def _work(work_id: str, doi: str, title: str, abstract: str | None, day: date) -> dict[str, Any]:
    """What a work says beside who wrote it and who cites it, in OpenAlex's keys of 2026."""
    address = f"https://doi.org/{doi}"
    return {
        "id": work_id,
        "doi": address,
        "title": title,
        "display_name": title,
        "publication_year": day.year,
        "publication_date": day.isoformat(),
        "ids": {"openalex": work_id, "doi": address},
        "language": "en",
        "primary_location": {"is_oa": True, "landing_page_url": address, "pdf_url": None, "source": None},
        "type": "article",
        "indexed_in": ["crossref"],
        "open_access": {"is_oa": True, "oa_status": "gold", "oa_url": address, "any_repository_has_fulltext": False},
        "biblio": {"volume": "1", "issue": None, "first_page": "1", "last_page": "9"},
        "is_retracted": False,
        "is_paratext": False,
        "is_xpac": False,
        "primary_topic": None,
        "topics": [],
        "keywords": [],
        "locations_count": 1,
        "awards": [],
        "funders": [],
        "referenced_works_count": 0,
        "referenced_works": [],
        "related_works": [],
        "abstract_inverted_index": None if abstract is None else inverted_index(abstract),
        "counts_by_year": [],
        "created_date": _CREATED,
    }


def _authorship(number: int, institution: dict[str, Any], place: int, count: int) -> dict[str, Any]:
    """The author of a number, in so many-th place of `count`, at an institution."""
    key, affiliation = (
        f"https://openalex.org/A{number}",
        f"{institution['display_name']}, {institution['country_code']}",
    )
    return {
        "author_position": "first" if place == 0 else "last" if place == count - 1 else "middle",
        "institutions": [institution],
        "countries": [institution["country_code"]],
        "is_corresponding": place == 0,
        "raw_author_name": f"A. Author {number}",
        "raw_affiliation_strings": [affiliation],
        "author": {"id": key, "display_name": f"A. Author {number}", "orcid": None},
        "affiliations": [{"raw_affiliation_string": affiliation, "institution_ids": [institution["id"]]}],
    }


def _counted(authors: list[dict[str, Any]]) -> dict[str, Any]:
    """What OpenAlex says of all authorships of a work together."""
    institutions = {each["id"] for author in authors for each in author["institutions"]}
    corresponding = [author for author in authors if author["is_corresponding"]]
    return {
        "institutions_distinct_count": len(institutions),
        "countries_distinct_count": len({country for author in authors for country in author["countries"]}),
        "corresponding_author_ids": [author["author"]["id"] for author in corresponding],
        "corresponding_institution_ids": [each["id"] for author in corresponding for each in author["institutions"]],
    }


def _abroad(number: int, names: list[str]) -> dict[str, Any]:
    """An institution of another country as it stands on a work."""
    key = f"https://openalex.org/I{2_000_000_000 + number}"
    return {
        "id": key,
        "display_name": names[number],
        "ror": None,
        "country_code": ("US", "DE", "FR", "CN")[number % 4],
        "type": "education",
        "lineage": [key],
    }


def _changed_on(day: date, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Records, with the day that they were last changed on."""
    for record in records:
        yield {**record, "updated_date": f"{day.isoformat()}T00:00:00.000000"}


def _shown(institution: dict[str, Any]) -> dict[str, Any]:
    """An institution as it stands on a work."""
    return {key: institution[key] for key in ("id", "display_name", "ror", "country_code", "type", "lineage")}
