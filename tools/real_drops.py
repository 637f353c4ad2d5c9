"""Maps real open files to drops: `python -m tools.real_drops SHARED_DATA SOURCES`.

Nothing is invented but what is said here:

- `postcodes`: the National Statistics Postcode Lookup of May 2025, every postcode with a coordinate. Great Britain
  keeps the file's grid references; Northern Ireland's are projected from latitude and longitude to the Irish Grid, as
  the directory itself has them. The file does not say which postcodes are terminated: all pass as live.
- `boundaries`: names of districts and regions.
- `idbr_enterprises`, `idbr_local_units`: the employers of 250 and more who report a gender pay gap, one local unit each
  at the reported address. Employees are the midpoint of the reported size band. The first SIC code counts; a public
  body without one is given 84110, another employer without one 82990.
- `innovate_uk_applications`: the co-funding network of Wales 2006 to 2016. An edge of weight w becomes w applications
  of two partners, dated in the financial year 2024/25 because the network has no dates; a partner's postcode is the
  nearest in the directory to its published coordinates; award 0.
- `ukri`: the Gateway to Research projects of the Arts and Humanities Research Council, the site's own CSV of
  28 January 2021.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from assets.manners import begin, existing_folder
from assets.methods.geometry.grid import to_grid

MONTH = "2025-05"
REGIONS = {
    "TLC": "E12000001",
    "TLD": "E12000002",
    "TLE": "E12000003",
    "TLF": "E12000004",
    "TLG": "E12000005",
    "TLH": "E12000006",
    "TLI": "E12000007",
    "TLJ": "E12000008",
    "TLK": "E12000009",
    "TLL": "W99999999",
    "TLM": "S99999999",
    "TLN": "N99999999",
}
COUNTRIES = {"TLL": "W92000004", "TLM": "S92000003", "TLN": "N92000002"}
EMPLOYEES = {
    "Less than 250": 125,
    "250 to 499": 375,
    "500 to 999": 750,
    "1000 to 4999": 3000,
    "5000 to 19,999": 12500,
    "20,000 or more": 20000,
}


def postcodes(data: Path) -> pl.DataFrame:
    """The directory in the columns of the 2025 releases."""
    rows = pl.read_parquet(data / "postcodes_nspl_2025_05" / "postcodes_uk_enriched.parquet")
    is_ni = pl.col("pc_area") == "BT"
    irish = rows.filter(is_ni).select("pcds", "lat", "lon")
    easting, northing = to_grid(irish["lat"].to_numpy(), irish["lon"].to_numpy(), "ni")
    irish = irish.select("pcds", ni_east=np.rint(easting).astype(np.int64), ni_north=np.rint(northing).astype(np.int64))
    return rows.join(irish, on="pcds", how="left", maintain_order="left").select(
        "pcds",
        doterm=pl.lit(None, dtype=pl.String),
        east1m=pl.coalesce("ni_east", pl.col("easting_approx").cast(pl.Int64)),
        north1m=pl.coalesce("ni_north", pl.col("northing_approx").cast(pl.Int64)),
        gridind=pl.lit(1),
        lad26cd="lad24cd",
        rgn26cd=pl.col("itl121cd").replace_strict(REGIONS, default=None),
        ttwa15cd=pl.lit(None, dtype=pl.String),
        itl321cd="itl321cd",
        ctry26cd=pl.col("itl121cd").replace_strict(COUNTRIES, default="E92000001"),
        lat="lat",
        long="lon",
    )


def boundaries(data: Path) -> pl.DataFrame:
    """Names and outlines of districts and regions."""
    layers = {"LAD_2024_05": "local_authority", "RGN": "region"}
    rows = pl.read_parquet(data / "geography_uk" / "uk_areas_wkb.parquet")
    return rows.filter(pl.col("layer").is_in(layers)).select(
        pl.col("layer").replace_strict(layers), "code", "name", "wkb"
    )


def employers(data: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Enterprises and their one local unit each."""
    rows = pl.read_parquet(data / "gender_pay_gap_employers" / "employers_latest_geocoded.parquet")
    first_code = pl.col("sic_codes").str.extract(r"(\d{4,5})").str.zfill(5)
    rows = (
        rows.sort("employer_name", "postcode", nulls_last=True)
        .with_row_index("number", offset=1)
        .select(
            entref=pl.format("GPG{}", pl.col("number").cast(pl.String).str.zfill(6)),
            crn="company_number",
            name="employer_name",
            sic2007=pl.coalesce(
                first_code, pl.when(pl.col("company_number").is_null()).then(pl.lit("84110")).otherwise(pl.lit("82990"))
            ),
            employees=pl.col("employer_size").replace_strict(EMPLOYEES, default=None),
            postcode="postcode",
        )
    )
    enterprises = rows.select(
        "entref",
        "crn",
        "name",
        "sic2007",
        "employees",
        turnover_thousands=pl.lit(None, dtype=pl.Int64),
        legal_status=pl.when(pl.col("sic2007") == "84110").then(pl.lit("6")),
    )
    units = rows.select(
        luref=pl.format("{}-1", "entref"),
        entref="entref",
        sic2007="sic2007",
        postcode="postcode",
        employees="employees",
    )
    return enterprises, units


def welsh_applications(data: Path, directory: pl.DataFrame) -> pl.DataFrame:
    """The Welsh network as applications of two partners, in the publisher's columns."""
    folder = data / "arloesiadur_wales_gtr_meetup"
    nodes = pl.read_csv(folder / "research_3_network__node_metadata.csv").select("org", "lat", "lon")
    _, nearest = cKDTree(directory.select("lat", "long").to_numpy()).query(nodes.select("lat", "lon").to_numpy())
    nodes = nodes.select(name="org", postcode=directory["pcds"][nearest])
    edges = (
        pl.read_csv(folder / "research_3_network__19_5_2017_revised_edge_list.csv")
        .filter(pl.col("n1") != pl.col("n2"))
        .select("n1", "n2", copy=pl.int_ranges(pl.col("weight").cast(pl.Int64)))
        .explode("copy")
        .with_row_index("number", offset=1)
    )
    partners = (
        pl.concat(
            [
                edges.select("number", name="n1", lead=pl.lit("Yes")),
                edges.select("number", name="n2", lead=pl.lit("No")),
            ]
        )
        .join(nodes, on="name", how="left", maintain_order="left")
        .sort("number", "name")
    )
    application = pl.format("WALES-{}", pl.col("number").cast(pl.String).str.zfill(5))
    absent = pl.lit(None, dtype=pl.String)
    known = {
        "Application Number": application,
        "Project Number": absent,
        "Project Start Date": absent,
        "Project Title": pl.format("Joint project {}", "number"),
        "Competition Title": pl.lit("Co-funding network of Wales"),
        "Competition Year": pl.lit("2024/25"),
        "Participant Name": pl.col("name"),
        "CRN": absent,
        "Enterprise Size": absent,
        "Is Lead Participant": pl.col("lead"),
        "Award Offered (£)": pl.lit("0"),
        "Participant Withdrawn From Project": pl.lit("No"),
        "Postcode": pl.col("postcode"),
        "Application Outcome": pl.lit("Funded"),
    }
    return partners.select(value.alias(column) for column, value in known.items())


def write_drops(data: Path, sources: Path) -> None:
    """Write every drop of the month."""
    directory = postcodes(data)
    enterprises, units = employers(data)
    drops = {
        "postcodes": directory,
        "boundaries": boundaries(data),
        "idbr_enterprises": enterprises,
        "idbr_local_units": units,
        "innovate_uk_applications": welsh_applications(data, directory),
    }
    for dataset, frame in drops.items():
        folder = sources / dataset
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / f"{MONTH}.parquet")
    write_research_council(data, sources)


def write_research_council(data: Path, sources: Path) -> None:
    """Write the drop of `ukri`."""
    ukri = sources / "ukri"
    ukri.mkdir(exist_ok=True)
    export = data / "gtr_projectsearch_ahrc_2021_01" / "gtr_projectsearch_ahrc_no_names.csv.gz"
    (ukri / "2021-01-28.csv").write_bytes(gzip.decompress(export.read_bytes()))


def main() -> None:
    """Write the drops of the folders named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=existing_folder, help="folder of the real files")
    parser.add_argument("sources", type=Path, help="folder for the drops")
    asked = parser.parse_args()
    write_drops(asked.data, asked.sources)


if __name__ == "__main__":
    begin(main)
