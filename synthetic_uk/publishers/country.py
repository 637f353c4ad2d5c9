"""Local publishers of a synthetic country's drops: what a folder of sources holds, served as its publishers would.

    python -m synthetic_uk.publishers.country --sources demo/published --month 2025-05

prints the settings that make `innovation-clusters fetch` ask these, and serves until it is ended. What belongs here:
which drop goes to which site. What does not: the protocols (`files`, `services`), the drops' content. A dataset
without a drop up to the month, or with one of another form than its publisher's, has no site.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import fastexcel
import polars as pl

from assets.fetch.limits import SETTINGS, address_setting
from assets.manners import begin, existing_folder, month_given, whole_given
from assets.months import Month
from assets.sources import dated_drops
from assets.synthetic import FILE, HEADER, MARK, is_marked
from synthetic_uk.business_counts import FIRST_INDUSTRY
from synthetic_uk.drops import write_workbook, write_zip
from synthetic_uk.published import objects_of
from synthetic_uk.publishers.files import FixedFiles, ListedFiles
from synthetic_uk.publishers.server import Answer, Asked, LocalPublishers, Site, serving
from synthetic_uk.publishers.services import ArcGis, Gateway, Nomis, OpenAlex, Zenodo

PATHS = {
    "postcodes": "postcodes/rest",
    "boundaries": "boundaries/services",
    "companies_house": "companies_house/en_output.html",
    "accounts": "accounts/en_monthlyaccountsdata.html",
    "innovate_uk": "innovate_uk/projects",
    "cordis": "cordis",
    "ukri": "ukri",
    "publications": "publications",
    "business_counts": "business_counts/NM_141_1",
    "ror": "ror/records",
}
"""Dataset -> path of the address that its setting names; it begins with the site's name, which is the dataset's."""
CONTACT = "local@example.org"
SERVING = "# served until this process is ended"
"""The line after the settings."""
LATE_DAYS = "36500"
"""The server gives what stood in its month, however long ago that was."""
PART = re.compile(r"BasicCompanyData-\d{4}-\d\d-\d\d-part\d+_\d+\.zip")
LOOKUP = re.compile(r"Data/NSPL_\w+\.csv")
OLDER_BOOK = "Innovate-UK-funded-projects-from-2004-to-financial-year-2015-16.xlsx"
PRESENT_BOOK = "Innovate-UK-funded-projects-from-financial-year-2016-17-to-present.xlsx"


def sites_of(sources: Path, month: Month, scratch: Path) -> dict[str, Site]:
    """A site for each dataset whose newest drop up to the month can be served; `scratch` is for files made anew."""
    found: dict[str, Site] = {}
    for dataset, make in MAKERS.items():
        drops = {day: path for day, path in dated_drops(sources / dataset).items() if day <= month.last_day}
        if drops:
            drop = drops[max(drops)]
            site = make(drop, month, scratch)
            if site is not None:
                found[dataset] = Marked(site) if is_synthetic(drop) else site
    return found


def is_synthetic(drop: Path) -> bool:
    """Whether a drop bears the mark of a synthetic country."""
    files = drop.rglob("*") if drop.is_dir() else [drop]
    return (drop / FILE).is_file() or any(is_marked(path) for path in files if path.is_file())


@dataclass(frozen=True)
class Marked:
    """A site of a synthetic country: every answer says so."""

    site: Site

    def answer(self, asked: Asked) -> Answer:
        """The site's own, with the header."""
        found = self.site.answer(asked)
        return replace(found, headers={**found.headers, HEADER: MARK})


def settings_for(publishers: LocalPublishers) -> dict[str, str]:
    """The environment variables by which `fetch` asks a server, for what it has no site of too: it says so at once."""
    addresses = {address_setting(dataset): f"{publishers.address}/{path}" for dataset, path in PATHS.items()}
    portal = publishers.sites.get("postcodes")
    portal = portal.site if isinstance(portal, Marked) else portal
    tags = portal.items[0]["tags"] if isinstance(portal, ArcGis) else ["PRD_ONSPD"]
    return {
        SETTINGS["contact"]: CONTACT,
        SETTINGS["postcode_directory"]: tags[0].removeprefix("PRD_"),
        SETTINGS["pace_s"]: "0.001",
        SETTINGS["late_days"]: LATE_DAYS,
        **addresses,
    }


def files_of(drop: Path) -> list[Path]:
    """The files of data of a drop, by name."""
    files = sorted(drop.iterdir()) if drop.is_dir() else [drop]
    return [path for path in files if path.is_file() and path.name[0] not in "._"]


def _postcodes(drop: Path, month: Month, scratch: Path) -> Site | None:
    (path, *_) = files_of(drop)
    if path.suffix != ".zip":
        return None
    with zipfile.ZipFile(path) as archive:
        is_lookup = any(LOOKUP.fullmatch(name) for name in archive.namelist())
    product, title = (
        ("NSPL", "National Statistics Postcode Lookup") if is_lookup else ("ONSPD", "ONS Postcode Directory")
    )
    title = f"{title} ({month.first_day:%B %Y}) for the UK"
    item = {"id": "synthetic", "title": title, "type": "CSV Collection", "tags": [f"PRD_{product}"]}
    return ArcGis([item], {"synthetic": path})


def _boundaries(drop: Path, month: Month, scratch: Path) -> Site | None:
    """The layers under the names of their files; those of regions and districts are asked for."""
    layers = {
        path.stem: json.loads(path.read_bytes())["features"] for path in files_of(drop) if path.suffix == ".geojson"
    }
    has_both = all(any(name.startswith(f"{layer}_") for name in layers) for layer in ("ITL1", "LAD"))
    return ArcGis(layers=layers) if has_both else None


def _companies_house(drop: Path, month: Month, scratch: Path) -> Site | None:
    """The parts under their own names; of a drop whose files have others, as if they were the month's parts."""
    files = [path for path in files_of(drop) if path.suffix == ".zip"]
    if all(PART.fullmatch(path.name) for path in files):
        parts = {path.name: path for path in files}
    else:
        day = month.plus(1).first_day
        parts = {
            f"BasicCompanyData-{day}-part{number}_{len(files)}.zip": path for number, path in enumerate(files, start=1)
        }
    return ListedFiles("en_output.html", dict(parts)) if parts else None


def _accounts(drop: Path, month: Month, scratch: Path) -> Site | None:
    files = [path for path in files_of(drop) if path.suffix == ".zip"]
    name = f"Accounts_Monthly_Data-{month.first_day:%B%Y}.zip"
    return ListedFiles("en_monthlyaccountsdata.html", {name: files[0]}) if files else None


def _innovate_uk(drop: Path, month: Month, scratch: Path) -> Site | None:
    """The book of the present, and one of older years that has its header and no rows."""
    books = [path for path in files_of(drop) if path.suffix == ".xlsx"]
    if not books:
        return None
    sheet = fastexcel.read_excel(books[-1]).load_sheet(0, n_rows=0, dtypes="string").to_polars()
    older = scratch / "older.xlsx"
    write_workbook(older, sheet.clear(), frozenset(), mark="")
    day = f"{month.last_day:%Y%m%d}"
    return ListedFiles("projects", {f"IUK-{day}-{OLDER_BOOK}": older, f"IUK-{day}-{PRESENT_BOOK}": books[-1]})


def _cordis(drop: Path, month: Month, scratch: Path) -> Site | None:
    """A ZIP for each of two programmes: those of the drop, or its tables as one and the other without a project."""
    files = files_of(drop)
    zips = [path for path in files if path.suffix == ".zip"]
    if not zips:
        tables = {path.name: path.read_bytes() for path in files}
        zips = [_zip_of(tables, scratch / "cordis.zip")]
    if len(zips) == 1:
        with zipfile.ZipFile(zips[0]) as archive:
            headers = {name: archive.read(name).partition(b"\n")[0] + b"\n" for name in archive.namelist()}
        zips.append(_zip_of(headers, scratch / "cordis-without.zip"))
    changed = format_datetime(datetime.fromisoformat(f"{month.first_day}T00:00:00+00:00") + timedelta(days=14), True)
    return FixedFiles({"cordis-HORIZONprojects-csv.zip": zips[0], "cordis-h2020projects-csv.zip": zips[-1]}, changed)


def _zip_of(members: Mapping[str, bytes], target: Path) -> Path:
    # Without a time of its own: the same country has the same bytes, whenever it is served.
    write_zip(target, members.items(), mark="")
    return target


def _ukri(drop: Path, month: Month, scratch: Path) -> Site | None:
    return Gateway({kind: objects_of(drop, kind) for kind in ("projects", "funds", "organisations")})


def _publications(drop: Path, month: Month, scratch: Path) -> Site | None:
    objects = {kind: objects_of(drop, kind) for kind in ("works", "institutions")}
    return OpenAlex(objects, snapshot=drop if drop.is_dir() else None)


def _business_counts(drop: Path, month: Month, scratch: Path) -> Site | None:
    """The rows with all their columns, and of the definition the industries under the numbers that the rows give."""
    (path, *_) = files_of(drop)
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.col("OBS_VALUE").cast(pl.Int64))
    name, number = pl.col("INDUSTRY_NAME"), pl.int_range(FIRST_INDUSTRY, FIRST_INDUSTRY + pl.len()).cast(pl.String)
    named = rows.select(name.unique().sort()).select(number.alias("INDUSTRY"), name)
    if "INDUSTRY" in rows.columns:
        named = rows.select("INDUSTRY", name).unique().sort("INDUSTRY")
    industries = dict(named.iter_rows())
    codes: Mapping[str, Mapping[str, str]] = {
        "time": {str(month.year): str(month.year), str(month.year - 1): str(month.year - 1)},
        "geography/TYPE": {"TYPE150": "2021 super output areas - middle layer"},
        "industry": {"37748736": "Total", **industries},
    }
    return Nomis("NM_141_1", rows, codes)


def _ror(drop: Path, month: Month, scratch: Path) -> Site | None:
    """A record of the community, with the ZIP and its MD5."""
    zips = [path for path in files_of(drop) if path.suffix == ".zip"]
    if not zips:
        return None
    name, (path, *_) = f"v2.{month.number}-{month.last_day}-ror-data.zip", zips
    checksum = f"md5:{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}"
    file = {"key": name, "size": path.stat().st_size, "checksum": checksum}
    metadata = {"publication_date": str(month.last_day), "version": f"v2.{month.number}", "title": "ROR Data"}
    return Zenodo([{"id": 1, "metadata": metadata, "files": [file]}], {name: path})


MAKERS = {
    "postcodes": _postcodes,
    "boundaries": _boundaries,
    "companies_house": _companies_house,
    "accounts": _accounts,
    "innovate_uk": _innovate_uk,
    "cordis": _cordis,
    "ukri": _ukri,
    "publications": _publications,
    "business_counts": _business_counts,
    "ror": _ror,
}


def main() -> int:
    """Serve a folder of sources: while a command runs that is given the settings, or until the process is ended."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sources", type=existing_folder, required=True)
    parser.add_argument("--month", type=month_given, required=True)
    parser.add_argument("--port", type=whole_given, default=0)
    parser.add_argument("command", nargs="*", help="after --")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sites = sites_of(given.sources, given.month, Path(scratch))
        with serving(sites, given.port) as publishers:
            settings = settings_for(publishers)
            if given.command:
                return subprocess.run(given.command, env=os.environ | settings, check=False).returncode
            for name, value in settings.items():
                print(f"export {name}={value}", flush=True)
            print(SERVING, flush=True)
            publishers.wait()
    return 0


if __name__ == "__main__":
    begin(main)
