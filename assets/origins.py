"""Who publishes each dataset, under which licence, and what that licence wants said where the data are shown.

What belongs here: the texts, each once: fetching writes them beside what it brings, publication says them of what a
person put there. What does not: where a month's drops really came from (`sources.fetched_files`), how they are fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

YEAR = "{year}"
"""In an attribution: the year of the data."""


@dataclass(frozen=True)
class Licence:
    """A licence, as a data package names it."""

    title: str
    """What it is called, or the terms that data can be had under."""
    path: str | None = None
    """Where it stands; None of terms that stand nowhere."""
    name: str | None = None
    """Its identifier among open licences."""


@dataclass(frozen=True)
class Origin:
    """A dataset as a reader knows it, and whose it is."""

    title: str
    publisher: str
    """Who publishes what."""
    licence: Licence
    attribution: str | None = None
    """What the licence wants said, with `YEAR` where it wants the year; None where nothing has to be."""

    def attribution_in(self, year: int) -> str | None:
        """The attribution of data of a year."""
        return self.attribution and self.attribution.replace(YEAR, str(year))


OGL = Licence(
    "Open Government Licence v3.0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "OGL-UK-3.0",
)
CC0 = Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0")
CC_BY = Licence(
    "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"
)
UNRESTRICTED = Licence(
    "No restrictions on re-use (Companies House)", "https://www.gov.uk/guidance/companies-house-data-products"
)
OPEN_LICENCES = {licence.path: licence for licence in (OGL, CC0, CC_BY)}
"""By where they stand."""
AS_IT_CAME = Licence("As the file came")
UNDER_AGREEMENT = Licence("Under agreement; figures after disclosure control")
CONFIDENTIAL = Licence("Confidential; figures after disclosure control")

ONS, DATA_CITY, COMPANIES_HOUSE = "Office for National Statistics", "The Data City", "Companies House"
UNKNOWN = "Not known: as the file came"
OF_ONS = "Source: Office for National Statistics licensed under the Open Government Licence v.3.0"
OF_OS = f"Contains OS data © Crown copyright and database right {YEAR}"
OF_ROYAL_MAIL = f"Contains Royal Mail data © Royal Mail copyright and database right {YEAR}"
OF_UKRI = "Contains public sector information from UKRI licensed under the Open Government Licence v3.0"

ORIGINS = {
    "postcodes": Origin(
        "ONS postcode directory", f"{ONS}, postcode directory", OGL, f"{OF_OS}; {OF_ROYAL_MAIL}; {OF_ONS}"
    ),
    "places": Origin("Towns and cities", UNKNOWN, AS_IT_CAME),
    "boundaries": Origin(
        "Outlines and names of regions and districts (ONS)", f"{ONS}, Open Geography Portal", OGL, f"{OF_ONS}; {OF_OS}"
    ),
    "sic_sectors": Origin("Broad sectors of SIC 2007 codes", ONS, OGL, OF_ONS),
    "rtic_sectors": Origin("Sectors of the Real-Time Industrial Classifications", DATA_CITY, AS_IT_CAME),
    "sic_correspondence": Origin("Codes of one industrial classification in another", ONS, OGL, OF_ONS),
    "idbr_enterprises": Origin("Inter-Departmental Business Register: enterprises (ONS)", ONS, CONFIDENTIAL),
    "idbr_local_units": Origin("Inter-Departmental Business Register: local units (ONS)", ONS, CONFIDENTIAL),
    "rtic_companies": Origin("Real-Time Industrial Classifications: firms (The Data City)", DATA_CITY, UNDER_AGREEMENT),
    "rtic_locations": Origin(
        "Real-Time Industrial Classifications: places (The Data City)", DATA_CITY, UNDER_AGREEMENT
    ),
    "companies_house": Origin(
        "Companies House, basic company data",
        f"{COMPANIES_HOUSE}, Free Company Data Product",
        UNRESTRICTED,
        f"{COMPANIES_HOUSE}, Free Company Data Product",
    ),
    "business_counts": Origin(
        "UK Business Counts (ONS, Nomis): local units, rounded to 5",
        f"{ONS} through Nomis, UK Business Counts (local units)",
        OGL,
        "Source: Office for National Statistics (Nomis), licensed under the Open Government Licence v3.0",
    ),
    "accounts": Origin(
        "Companies House, accounts data",
        f"{COMPANIES_HOUSE}, accounts data",
        UNRESTRICTED,
        f"{COMPANIES_HOUSE}, Free Accounts Data Product",
    ),
    "cordis": Origin(
        "CORDIS: projects of Horizon Europe and H2020",
        "CORDIS, EU research projects under Horizon Europe and Horizon 2020",
        CC_BY,
        "© European Union, CORDIS, licensed under CC BY 4.0",
    ),
    "innovate_uk": Origin("Innovate UK funded projects", "Innovate UK, funded projects since 2004", OGL, OF_UKRI),
    "innovate_uk_applications": Origin("Innovate UK applications", "Innovate UK", UNDER_AGREEMENT),
    "ukri": Origin("UKRI Gateway to Research", "UK Research and Innovation, Gateway to Research", OGL, OF_UKRI),
    "publications": Origin(
        "OpenAlex or Microsoft Academic Graph",
        "OpenAlex, or Microsoft Academic Graph",
        Licence("CC0 1.0 (OpenAlex), ODC-By 1.0 (Microsoft Academic Graph)"),
        "OpenAlex (CC0 1.0), or Microsoft Academic Graph (ODC-By 1.0)",
    ),
    "ror": Origin(
        "Research Organization Registry",
        "Research Organization Registry (ROR)",
        CC0,
        "Research Organization Registry (ROR), CC0 1.0",
    ),
    "patents": Origin("Patents", UNKNOWN, AS_IT_CAME),
    "rd_tax_claims": Origin("R&D tax claims", "HM Revenue and Customs", UNDER_AGREEMENT),
    "events": Origin("Innovation events", "The sites that list them", Licence("As the sites that list them allow")),
    "businesses": Origin("Businesses of the Index", UNKNOWN, AS_IT_CAME),
    "activity_points": Origin("Items of the Index classified elsewhere", UNKNOWN, AS_IT_CAME),
    "index_centres": Origin(
        "UK Tech Innovation Index 2: centres (The Data City, Open Data Institute)",
        "The Data City and the Open Data Institute, UK Tech Innovation Index 2",
        CC_BY,
        "UK Tech Innovation Index 2, The Data City and the Open Data Institute, licensed under CC BY 4.0",
    ),
    "training_labels": Origin("Texts labelled by people", UNKNOWN, AS_IT_CAME),
}
"""By dataset; one that is not here goes by its own name."""

FETCHED = {"publications": Origin("OpenAlex", "OpenAlex", CC0, "OpenAlex, CC0 1.0")}
"""Of datasets that are fetched from one publisher, and may be another's where a person put them there."""

HERE, WITH_THIS = "This project", Licence("With this project")
SHIPPED = {
    "places": Origin(ORIGINS["places"].title, HERE, WITH_THIS),
    "boundaries": Origin("Names of regions (ONS)", f"{HERE}, after the {ONS}", OGL, OF_ONS),
    "sic_sectors": Origin(ORIGINS["sic_sectors"].title, f"{HERE}, after the {ONS}", OGL, OF_ONS),
    "rtic_sectors": Origin(ORIGINS["rtic_sectors"].title, HERE, WITH_THIS),
}
"""Of the lists that are used where a month has no drop of them."""


def origin_of(dataset: str, first: Mapping[str, Origin] | None = None) -> Origin:
    """How a dataset is told of; where it is among those given first, as it stands there."""
    if first and dataset in first:
        return first[dataset]
    return ORIGINS.get(dataset, Origin(dataset.replace("_", " "), UNKNOWN, AS_IT_CAME))
