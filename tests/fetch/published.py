"""Drops as publishers write them and fetching brings them, small and made up: whole headers, the words of statuses."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tests.publishers.support import zipped
from tests.sources.readers.filings import employees, filing, turnover
from tests.sources.readers.test_business_counts import HEADER as COUNTS
from tests.sources.readers.test_business_counts import line
from tests.sources.readers.test_cordis import ORGANISATION, partner
from tests.sources.readers.test_innovate_uk import participant, workbook
from tests.sources.readers.test_publications import OXFORD_LINE, WORKS
from tests.sources.readers.test_ror import RECORDS
from tests.sources.readers.test_ukri import FUND, LEAD, PARTNER, PROJECT
from tests.sources.support import json_lines

COMPANY = {
    **{"CompanyName": "ALPHA LTD", " CompanyNumber": "01234567", "RegAddress.CareOf": "", "RegAddress.POBox": ""},
    **{"RegAddress.AddressLine1": "1 A STREET", " RegAddress.AddressLine2": "", "RegAddress.PostTown": "DIDCOT"},
    **{"RegAddress.County": "", "RegAddress.Country": "ENGLAND", "RegAddress.PostCode": "OX11 0AA"},
    **{"CompanyCategory": "Private Limited Company", "CompanyStatus": "Active", "CountryOfOrigin": "United Kingdom"},
    **{"DissolutionDate": "", "IncorporationDate": "01/02/2019", "Accounts.AccountRefDay": "31"},
    **{"Accounts.AccountRefMonth": "12", "Accounts.NextDueDate": "", "Accounts.LastMadeUpDate": ""},
    **{"Accounts.AccountCategory": "MICRO ENTITY", "Returns.NextDueDate": "", "Returns.LastMadeUpDate": ""},
    **{"Mortgages.NumMortCharges": "0", "Mortgages.NumMortOutstanding": "0", "Mortgages.NumMortPartSatisfied": "0"},
    **{"Mortgages.NumMortSatisfied": "0", "SICCode.SicText_1": "62012 - Business and domestic software development"},
    **{"SICCode.SicText_2": "", "SICCode.SicText_3": "", "SICCode.SicText_4": ""},
    **{"LimitedPartnerships.NumGenPartners": "0", "LimitedPartnerships.NumLimPartners": "0", "URI": "x"},
    **{f"PreviousName_{n}.CONDATE": "" for n in range(1, 11)},
    **{f" PreviousName_{n}.CompanyName": "" for n in range(1, 11)},
    **{"ConfStmtNextDueDate": "", " ConfStmtLastMadeUpDate": ""},
}
"""A company of the register, by its columns."""
STATUSES = ("Active", "Active - Proposal to Strike off", "Liquidation")
PROJECT_COLUMNS = (
    '"id";"acronym";"status";"title";"startDate";"endDate";"totalCost";"ecMaxContribution";"legalBasis";"topics";'
    '"ecSignatureDate";"frameworkProgramme";"masterCall";"subCall";"fundingScheme";"nature";"objective";'
    '"contentUpdateDate";"rcn";"grantDoi"\n'
)
PROJECT_VALUES = (
    '"1";"NAME";"SIGNED";"A title; and more";"2023-09-01";"2026-08-31";"1";"1";"";"";"2023-08-01";"HORIZON";'
    '"";"";"";"";'
    '"About\nit";"2026-06-03 12:20:56";"1";""\n'
)
POSTCODE = {
    **{"pcd7": "OX110AA", "pcd8": "OX11 0AA", "pcds": "OX11 0AA", "dointr": "198001", "doterm": "", "usrtypind": "0"},
    **{"east1m": "452900", "north1m": "190000", "gridind": "1", "oa21cd": "E1", "cty26cd": "E2", "ced25cd": "E3"},
    **{"lad26cd": "E07000179", "wd26cd": "E4", "nhser24cd": "E5", "ctry26cd": "E92000001", "rgn26cd": "E12000008"},
    **{"pcon24cd": "E6", "ttwa15cd": "E30000258", "itl25cd": "TLJ14", "npark16cd": "E7", "lsoa21cd": "E8"},
    **{"msoa21cd": "E02005968", "wz11cd": "E9", "sicbl26cd": "E1", "bua24cd": "E2", "ruc21ind": "1", "oac21ind": "1"},
    **{"lat": "51.606800", "long": "-1.237500", "lep21cd1": "E3", "lep21cd2": "", "pfa23cd": "E4", "imd25ind": "1"},
    **{"icb26cd": "E5"},
}
"""A postcode, by the columns of the NSPL of August 2026."""


def table(rows: list[dict[str, Any]], separator: str = ",") -> str:
    """A table as publishers quote it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0]], delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def register(rows: list[dict[str, Any]], day: str = "2025-06-02", parts: int = 1) -> dict[str, bytes]:
    """The parts of the register of companies, with as many rows each as there are, and one more where they are few."""
    each = -(-len(rows) // parts)
    names = [f"BasicCompanyData-{day}-part{number}_{parts}" for number in range(1, parts + 1)]
    slices = (rows[place * each : (place + 1) * each] or rows[:1] for place in range(parts))
    return {f"{name}.zip": zipped({f"{name}.csv": table(some)}) for name, some in zip(names, slices, strict=True)}


def companies(count: int, **given: str) -> list[dict[str, Any]]:
    """Companies of the statuses in turn."""
    return [
        {**COMPANY, " CompanyNumber": f"{number:08d}", "CompanyStatus": STATUSES[number % len(STATUSES)], **given}
        for number in range(1, count + 1)
    ]


def layer(code: str, *areas: tuple[str, str]) -> bytes:
    """A layer of areas as the geography portal gives it."""
    features = [
        {
            "type": "Feature",
            "properties": {
                **{"FID": number, f"{code}CD": key, f"{code}NM": name, f"{code}NMW": "", "BNG_E": 1, "BNG_N": 1},
                **{"LONG": -1.2, "LAT": 51.6, "Shape__Area": 1.0, "Shape__Length": 1.0, "GlobalID": f"{number}"},
            },
            "geometry": {"type": "Polygon", "coordinates": [[[-1, 51], [-1, 52], [0, 52], [0, 51], [-1, 51]]]},
        }
        for number, (key, name) in enumerate(areas, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


PUBLISHED: dict[str, dict[str, str | bytes]] = {
    "postcodes": {"NSPL-2026-08.zip": zipped({"Data/NSPL_AUG_2026_UK.csv": table([POSTCODE])})},
    "boundaries": {
        "ITL1_JAN_2025_UK_BUC.geojson": layer("ITL125", ("TLJ", "South East (England)")),
        "LAD_MAY_2025_UK_BUC.geojson": layer("LAD25", ("E07000179", "South Oxfordshire")),
    },
    "companies_house": {**register(companies(6), parts=2)},
    "business_counts": {
        "business_counts.csv": f"{COUNTS}\n{line('15')}\n{line('5', '01110,01110 : Growing of cereals', '9,1000+')}\n"
    },
    "innovate_uk": {
        "IUK-20250604-Innovate-UK-funded-projects-from-financial-year-2016-17-to-present.xlsx": workbook(
            [
                participant(**{"Participant Withdrawn From Project": "Active"}),
                participant(
                    **{"Project Number": 133002, "Participant Withdrawn From Project": "Voluntary Withdrawal"},
                    **{"Project Status": "Withdrawn", "Enterprise Size": "Academic"},
                ),
            ]
        ),
    },
    "ror": {"v1.60-2026-01-01-ror-data.zip": zipped({"v1.60-ror-data_schema_v2.json": json.dumps(RECORDS, indent=1)})},
    "cordis": {
        "cordis-HORIZONprojects-csv.zip": zipped(
            {"project.csv": PROJECT_COLUMNS + PROJECT_VALUES, "organization.csv": ORGANISATION + partner("1", "10")}
        ),
    },
    "ukri": {
        "projects.jsonl": json_lines(PROJECT),
        "funds.jsonl": json_lines({**FUND, "category": "INCOME_ACTUAL"}),
        "organisations.jsonl": json_lines(LEAD, PARTNER),
    },
    "accounts": {
        "Accounts_Monthly_Data-May2025.zip": zipped(
            {
                **filing("01234567", "2024-12-31", employees("12"), turnover("1,000")),
                **filing("01234568", "2024-12-31", employees("3"), kind="xml"),
            }
        ),
    },
    "publications": {
        "institutions.jsonl": json_lines(OXFORD_LINE),
        "works.jsonl": json_lines(*({**work, "cited_by_count": 3} for work in WORKS)),
    },
}
"""Dataset -> files of a drop."""
