"""What has to be said beside the figures: licence, where the data comes from, what is not given, what to beware of.

What belongs here: the texts that workbook, data package, report and downloads page share, each once. What does not:
layouts; figures of a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from assets.method import PublicationMethod


@dataclass(frozen=True)
class Licence:
    """A licence, as a data package names it."""

    name: str
    title: str
    path: str


DATA_LICENCE = Licence(
    "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International",
    "https://creativecommons.org/licenses/by/4.0/",
)
"""Of the data that is made here. Who publishes makes sure that the agreements of their sources allow it."""

OGL = "Open Government Licence v3.0"
SHIPPED_AS_OF = date(1970, 1, 1)


@dataclass(frozen=True)
class Origin:
    """A dataset as a reader knows it."""

    title: str
    terms: str
    """Its licence, or the terms it can be had under."""


ORIGINS = {
    "postcodes": Origin("ONS postcode directory", f"{OGL}; contains OS, Royal Mail and National Statistics data"),
    "places": Origin("Towns and cities", "with this project, or as the file came"),
    "boundaries": Origin("Names of regions and districts (ONS)", OGL),
    "sic_sectors": Origin(
        "Broad sectors of SIC 2007 codes", f"with this project, after ONS ({OGL}), or as the file came"
    ),
    "rtic_sectors": Origin(
        "Sectors of the Real-Time Industrial Classifications", "with this project, or as the file came"
    ),
    "idbr_enterprises": Origin(
        "Inter-Departmental Business Register: enterprises (ONS)", "confidential; figures after disclosure control"
    ),
    "idbr_local_units": Origin(
        "Inter-Departmental Business Register: local units (ONS)", "confidential; figures after disclosure control"
    ),
    "rtic_companies": Origin("Real-Time Industrial Classifications: firms (The Data City)", "under agreement"),
    "rtic_locations": Origin("Real-Time Industrial Classifications: places (The Data City)", "under agreement"),
    "companies_house": Origin("Companies House, basic company data", "public register, free of charge"),
    "business_counts": Origin("UK Business Counts (ONS, Nomis): local units, rounded to 5", OGL),
    "accounts": Origin("Companies House, accounts data", "public register, free of charge"),
    "cordis": Origin("CORDIS: projects of Horizon Europe and H2020", "CC BY 4.0, European Union"),
    "innovate_uk": Origin("Innovate UK funded projects", OGL),
    "innovate_uk_applications": Origin("Innovate UK applications", "under agreement"),
    "ukri": Origin("UKRI Gateway to Research", OGL),
    "publications": Origin("OpenAlex or Microsoft Academic Graph", "CC0 (OpenAlex), ODC-By (Microsoft Academic Graph)"),
    "ror": Origin("Research Organization Registry", "CC0"),
    "patents": Origin("Patents", "as the file came"),
    "rd_tax_claims": Origin("R&D tax claims", "under agreement"),
    "events": Origin("Innovation events", "as the sites that list them allow"),
    "businesses": Origin("Businesses of the Index", "as the file came"),
    "activity_points": Origin("Items of the Index classified elsewhere", "as the file came"),
    "index_centres": Origin(
        "UK Tech Innovation Index 2: centres (The Data City, Open Data Institute)", "CC BY 4.0 as published"
    ),
    "training_labels": Origin("Texts labelled by people", "as the file came"),
}
"""By dataset; one that is not here goes by its own name."""

LIMITATIONS = (
    "A point is a site or a registered office. Postcodes with very many registered offices are taken for formation "
    "agents' and left out where nothing else shows work there; what is left may still be a paper address.",
    "A cluster is a statistical group of places or of joint projects, not an institution; its outline is a buffer "
    "around its members, not a border.",
    "In the dsit profiles groups are dense where all firms are dense, mostly in cities; the profile evidence publishes "
    "only what is denser, or works together more, than chance explains.",
    "RD&I activity is known from Innovate UK, UKRI, publications and the further signals that the month had: firms "
    "whose research nobody funded or recorded count as inactive.",
    "Where the notes name UK Business Counts, a firm is a local unit of them: which firm is not known, its place is an "
    "estimate within its area, its employees are the middle of a size band, and counts are rounded to 5.",
    "Firms count once in every cluster they belong to: sums over clusters count some of them twice.",
    "The Index counts items, not their size, and follows its classifier: see the quality of each category. Its "
    "clusters are made in unprojected degrees, as published: a degree of longitude counts as one of latitude.",
    "Northern Ireland is on its own grid and its spatial groups are found apart from those of Great Britain.",
    "Growth and change compare what stood under the same identifier; they mix change in the world with change in the "
    "sources.",
)
"""What is known, whatever the month."""


def origin_of(dataset: str) -> Origin:
    """How a dataset is told of."""
    return ORIGINS.get(dataset, Origin(dataset.replace("_", " "), "as the file came"))


def source_rows(drops: pl.DataFrame) -> pl.DataFrame:
    """`dataset`, `title`, `as_of` (text), `terms`, `sha256` of each row of `sources.drops` (dataset, as_of, sha256)."""
    rows = [
        {
            "dataset": row["dataset"],
            "title": origin_of(row["dataset"]).title,
            "as_of": "shipped list" if row["as_of"] == SHIPPED_AS_OF else row["as_of"].isoformat(),
            "terms": origin_of(row["dataset"]).terms,
            "sha256": row["sha256"],
        }
        for row in drops.sort("dataset").iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("dataset", "title", "as_of", "terms", "sha256"), pl.String))


def disclosure_notes(method: PublicationMethod) -> tuple[str, ...]:
    """What is not given, and how what is given was changed."""
    return (
        f"Clusters, and counts by sector, of fewer than {method.disclosure_min_firms} firms are not published.",
        f"Employees are rounded to {method.employees_rounding}, turnover to GBP {method.turnover_rounding_gbp:,}.",
        "A figure with status c is suppressed: one business, or two together, make up most of it, or it could be "
        "worked out from others that are published. One with status x is in no source. Both are empty here, never 0.",
        f"A share of firms that tells of fewer than {method.disclosure_min_firms} firms, or of all but so few, is "
        "given as a band, at most so much, in a column of its own.",
        "Totals are rounded by themselves: they need not be the sum of the rounded figures of their clusters.",
    )
