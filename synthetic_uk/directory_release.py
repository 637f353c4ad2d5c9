"""The postcode directory as it is published: the ONS's ZIP, or the hosted table of its geography portal.

What belongs here: the files of a release, their names and folders, the portal's long labels. What does not: what a
postcode's row says (`directory`).

A release of the lookup has all postcodes in one file, the same once more split by postcode area, and beside them names
for the codes and a user guide.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import polars as pl

from assets.months import Month
from assets.synthetic import MARK
from synthetic_uk.directory import AreaCodes, region_codes
from synthetic_uk.drops import csv_text, member_info, write_csv_gzip
from synthetic_uk.geography import REGIONS

COUNTRIES = {
    "E92000001": "England",
    "W92000004": "Wales",
    "S92000003": "Scotland",
    "N92000002": "Northern Ireland",
    "L93000001": "Channel Islands",
    "M83000003": "Isle of Man",
}
HOSTED = {
    "Postcode (7 char)": "pcd7",
    "Postcode (8 char)": "pcd8",
    "Postcode (e-GIF)": "pcds",
    "Date of Introduction": "dointr",
    "Date of Termination": "doterm",
    "Postcode User Type": "usrtypind",
    "National Grid Reference (Easting)": "east1m",
    "National Grid Reference (Northing)": "north1m",
    "Grid Reference Positional Quality Indicator": "gridind",
    "Census Output Area Code (2021)": "oa21cd",
    "Local Authority District Code (2025)": "lad26cd",
    "Country Code (2025)": "ctry26cd",
    "Region Code (2025)": "rgn26cd",
    "Travel to Work Area Code (2015)": "ttwa15cd",
    "International Territorial Level Code (2025)": "itl25cd",
    "Lower Layer Super Output Area Code (2021)": "lsoa21cd",
    "Middle Layer Super Output Area Code (2021)": "msoa21cd",
    "Latitude": "lat",
    "Longitude": "long",
}
"""The portal's label of a column -> the lookup's name of it; a number of the row stands before them."""
AREA = r"^([A-Z]+)"
"""The area of a postcode: the letters that it begins with."""
GUIDE = b"%PDF-1.4\n% The user guide of a synthetic release: it says nothing.\n%%EOF\n"


def release_name(month: Month) -> str:
    """What the ONS calls a release of the lookup: NSPL_MAY_2025_UK."""
    return f"NSPL_{month.first_day:%b_%Y}_UK".upper()


def write_release(path: Path, month: Month, frames: Iterable[pl.DataFrame], documents: dict[str, bytes]) -> int:
    """Write a release as a ZIP; returns the postcodes written. The parts by area are kept on disk meanwhile."""
    name = release_name(month)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with zipfile.ZipFile(path, "w") as archive, ExitStack() as kept:
        archive.comment = MARK.encode()
        parts: dict[str, IO[bytes]] = {}
        with archive.open(member_info(f"Data/{name}.csv"), "w", force_zip64=True) as whole:
            for number, frame in enumerate(frames):
                whole.write(csv_text(frame, with_header=number == 0))
                rows += frame.height
                by_area = frame.with_columns(area=pl.col("pcds").str.extract(AREA, 1))
                for (code,), some in by_area.partition_by("area", as_dict=True).items():
                    is_new = code not in parts
                    if is_new:
                        parts[code] = kept.enter_context(tempfile.TemporaryFile())
                    parts[code].write(csv_text(some.drop("area"), with_header=is_new))
        for code in sorted(parts):
            parts[code].seek(0)
            part = member_info(f"Data/multi_csv/{name}_{code}.csv")
            with archive.open(part, "w", force_zip64=True) as packed:
                shutil.copyfileobj(parts[code], packed)
        for member, content in documents.items():
            archive.writestr(member_info(member), content)
    return rows


def documents_of(codes: AreaCodes, districts: list[str], month: Month) -> dict[str, bytes]:
    """The files beside the data: names of districts, regions and countries under the release's names, and the guide."""
    regions = zip(region_codes(), REGIONS, strict=True)
    names = {
        "LA_UA names and codes UK as at 04_25": ("LAD25", [*zip(codes.district, districts, strict=True)]),
        "RGN names and codes EN as at 12_20": ("RGN20", [pair for pair in regions if pair[0].startswith("E12")]),
        "Country names and codes UK as at 08_12": ("CTRY12", [*COUNTRIES.items()]),
    }
    tables = {
        f"Documents/{name}.csv": pl.DataFrame(rows, [f"{of}CD", f"{of}NM"], orient="row").with_columns(
            pl.lit("").alias(f"{of}NMW")
        )
        for name, (of, rows) in names.items()
    }
    guide = f"User Guide/NSPL User Guide {month.first_day:%b %Y}.pdf"
    return {**{name: csv_text(table, with_header=True) for name, table in tables.items()}, guide: GUIDE}


def hosted_rows(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The directory's rows under the portal's labels."""
    first = 1
    for frame in frames:
        yield frame.select(pl.col(name).alias(label) for label, name in HOSTED.items()).with_row_index(
            "ObjectId", offset=first
        )
        first += frame.height


def write_hosted(path: Path, frames: Iterable[pl.DataFrame]) -> int:
    """Write the portal's hosted table, packed; returns the postcodes written."""
    return write_csv_gzip(path, hosted_rows(frames))
