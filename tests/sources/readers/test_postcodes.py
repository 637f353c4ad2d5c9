"""The postcode directory, in the columns of its releases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.sources.problems import DropError
from assets.sources.readers.postcodes import POSTCODES_DATASET, directory_files
from tests.sources.support import POSTCODES_CSV, read_drop, rows, zipped

TABLE, AREAS = "reference.postcodes", "reference.postcode_areas"
FIRST = {
    "postcode": "OX11 0AA",
    "easting": 452900,
    "northing": 190000,
    "latitude": 51.6068,
    "longitude": -1.2375,
    "grid": "gb",
    "is_terminated": False,
    "local_authority_code": "E07000179",
    "region_code": "E12000008",
    "country_code": "E92000001",
    "travel_to_work_area_code": "E30000258",
    "msoa_code": None,
    "itl3_code": None,
}
RELEASES = {
    "ONSPD 2024": POSTCODES_CSV.splitlines()[0],
    "NSPL 2025": "pcds,doterm,laua,oseast1m,osnrth1m,osgrdind,ctry,rgn,ttwa,lat,long",
    "coded 2025": "pcds,doterm,lad25cd,east1m,north1m,gridind,ctry25cd,rgn25cd,ttwa15cd,lat,long",
    "coded 2026": "PCD7,DOTERM,LAD26CD,EAST1M,NORTH1M,GRIDIND,CTRY26CD,RGN26CD,TTWA15CD,LAT,LONG",
    "coded 2031": "pcds,doterm,ltla31cd,east1m,north1m,gridind,ctry30cd,rgn31cd,ttwa21cd,lat,long",
    "hosted table": "Postcode (e-GIF),Date of Termination,Local Authority District Code (2025),"
    "National Grid Reference (Easting),National Grid Reference (Northing),Grid Reference Positional Quality Indicator,"
    "Country Code (2025),Region Code (2025),Travel to Work Area Code (2015),Latitude,Longitude",
    "described": "Postcode (7 char),Date of Termination,Local Authority District (LAD) Code (2027),"
    "National Grid Reference (Easting),National Grid Reference (Northing),Grid Reference Positional Quality Indicator,"
    "2027 Country Code,Region Codes (2027),Travel-to-Work Area Code (2015),Latitude,Longitude",
}
WITH_MSOA = "pcds,doterm,lad26cd,east1m,north1m,gridind,ctry26cd,rgn26cd,ttwa15cd,{msoa}lat,long\n"


@pytest.mark.parametrize("release", RELEASES)
def test_every_releases_names_are_known(tmp_path: Path, release: str) -> None:
    renamed = "\n".join([RELEASES[release], *POSTCODES_CSV.splitlines()[1:]]) + "\n"
    reading = read_drop(POSTCODES_DATASET, {"2025-05.csv": renamed}, tmp_path)
    assert rows(reading, TABLE)[0] == FIRST


@pytest.mark.parametrize(
    ("columns", "values", "code"),
    [
        ("msoa21cd,", "E02005968,", "E02005968"),
        ("msoa01,msoa11,msoa21,", "E02000001,E02000002,E02000003,", "E02000003"),
        ("msoa11,msoa21,", "S02001237,,", "S02001237"),
        ("msoa11,msoa21,", "S02001237,S99999999,", "S02001237"),
        ("msoa11,msoa21,", "L99999999,L99999999,", None),
        ("Middle Layer Super Output Area Code (2021),", "E02005968,", "E02005968"),
        ("2021 Census Middle Layer Super Output Area (MSOA) Code,", "E02005968,", "E02005968"),
        ("msoa21nm,", "Didcot North,", None),
        ("", "", None),
    ],
)
def test_the_small_area_is_of_the_newest_census_that_gives_it(
    tmp_path: Path, columns: str, values: str, code: str | None
) -> None:
    line = f"OX11 0AA,,E07000179,452900,0190000,1,E92000001,E12000008,E30000258,{values}51.6068,-1.2375\n"
    reading = read_drop(POSTCODES_DATASET, {"2026-08.csv": WITH_MSOA.format(msoa=columns) + line}, tmp_path)
    assert rows(reading, TABLE) == [{**FIRST, "msoa_code": code}]


def test_the_header_of_august_2026_is_known_whole(shared_data: Path, tmp_path: Path) -> None:
    header = (shared_data / "http_fixtures" / "nspl_aug_2026_header.csv").read_text(encoding="utf-8").strip()
    given = {
        "pcds": "OX11 0AA",
        "lad26cd": "E07000179",
        "east1m": "452900",
        "north1m": "190000",
        "gridind": "1",
        "ctry26cd": "E92000001",
        "rgn26cd": "E12000008",
        "ttwa15cd": "E30000258",
        "msoa21cd": "E02005968",
        "itl25cd": "TLJ14",
        "lat": "51.6068",
        "long": "-1.2375",
    }
    line = ",".join(given.get(name, "") for name in header.split(","))
    reading = read_drop(POSTCODES_DATASET, {"2026-08.csv": f"{header}\n{line}\n"}, tmp_path)
    assert rows(reading, TABLE) == [{**FIRST, "msoa_code": "E02005968", "itl3_code": "TLJ14"}]


def read_rows(tmp_path: Path, *lines: str) -> list[dict[str, object]]:
    header = POSTCODES_CSV.splitlines()[0]
    return rows(read_drop(POSTCODES_DATASET, {"2025-05.csv": "\n".join([header, *lines]) + "\n"}, tmp_path), TABLE)


def test_seven_character_keys_get_their_space(tmp_path: Path) -> None:
    (row,) = read_rows(tmp_path, "OX110AA,,E07000179,452900,0190000,1,E92000001,E12000008,E30000258,51.6068,-1.2375")
    assert row["postcode"] == "OX11 0AA"


def test_a_terminated_postcode_stays_and_says_so(tmp_path: Path) -> None:
    (row,) = read_rows(tmp_path, "OX11 0AA,199606,E07000179,452900,0190000,1,E92000001,E12000008,E30000258,51.6,-1.2")
    assert row["is_terminated"] is True and row["easting"] == 452900


@pytest.mark.parametrize(
    "line",
    [
        "JE2 4WD,,L99999999,,,9,L93000001,L99999999,L99999999,99.999999,0.000000",
        "JE2 4WD,,L99999999,,,,L93000001,L99999999,L99999999,99.999999,0.000000",
        "JE2 4WD,,L99999999,400000,0100000,9,L93000001,L99999999,L99999999,51.5,-0.1",
        "JE2 4WD,,L99999999,,,,L93000001,L99999999,L99999999,,",
    ],
)
def test_no_coordinates_are_nulls_and_the_codes_stay(tmp_path: Path, line: str) -> None:
    (row,) = read_rows(tmp_path, line)
    assert [row[name] for name in ("easting", "northing", "grid", "latitude", "longitude")] == [None] * 5
    assert row["country_code"] == "L93000001"


def test_northern_ireland_keeps_its_irish_grid_reference(tmp_path: Path) -> None:
    (row,) = read_rows(tmp_path, "BT1 1AA,,N09000003,333800,0374100,1,N92000002,N99999999,N12000002,54.5973,-5.9301")
    assert (row["easting"], row["northing"], row["grid"]) == (333800, 374100, "ni")


def test_what_is_not_given_is_projected_in_the_grid_of_the_place(tmp_path: Path) -> None:
    degrees = pl.DataFrame(
        {
            "pcds": ["OX11 0AA", "BT1 1AA"],
            "lad24cd": ["E07000179", "N09000003"],
            "rgn": ["E12000008", "N99999999"],
            "ctry": ["E92000001", "N92000002"],
            "ttwa": ["E30000258", "N12000002"],
            "lat": [51.6068, 54.5973],
            "long": [-1.2375, -5.9301],
        }
    )
    degrees.write_parquet(tmp_path / "a.parquet")
    reading = read_drop(POSTCODES_DATASET, {"2025-05.parquet": (tmp_path / "a.parquet").read_bytes()}, tmp_path)
    english, irish = rows(reading, TABLE)
    assert (english["grid"], irish["grid"]) == ("gb", "ni")
    assert np.hypot(english["easting"] - 452_900, english["northing"] - 190_000) < 200
    assert np.hypot(irish["easting"] - 333_800, irish["northing"] - 374_100) < 200
    header = POSTCODES_CSV.splitlines()[0]
    metres = f"{header}\nOX11 0AA,,,{english['easting']},{english['northing']},1,,,,,\n"
    (back,) = rows(read_drop(POSTCODES_DATASET, {"2025-05.csv": metres}, tmp_path / "metres"), TABLE)
    assert back["latitude"] == pytest.approx(51.6068, abs=1e-5)
    assert back["longitude"] == pytest.approx(-1.2375, abs=1e-5)


def test_centroids_are_means_of_the_postcodes_that_have_coordinates(tmp_path: Path) -> None:
    lines = POSTCODES_CSV + "OX11 9ZZ,,E07000179,453100,0190300,1,E92000001,E12000008,E30000258,51.61,-1.23\n"
    lines += "OX11 0AC,,E07000179,,,9,E92000001,E12000008,E30000258,99.999999,0\n"
    reading = read_drop(POSTCODES_DATASET, {"2025-05.csv": lines}, tmp_path)
    found = {
        row["area"]: (row["area_kind"], row["easting"], row["northing"], row["grid"], row["postcodes"])
        for row in rows(reading, AREAS)
    }
    assert found == {
        "OX11": ("district", 452983, 190133, "gb", 3),
        "OX11 0": ("sector", 452925, 190050, "gb", 2),
        "OX11 9": ("sector", 453100, 190300, "gb", 1),
        "BT1": ("district", 333800, 374100, "ni", 1),
        "BT1 1": ("sector", 333800, 374100, "ni", 1),
    }


def test_a_release_zip_is_read_once_without_its_lookups(tmp_path: Path) -> None:
    release = zipped(
        Data__ONSPD_MAY_2025_UK=POSTCODES_CSV,
        Data__multi_csv__ONSPD_MAY_2025_UK_OX=POSTCODES_CSV,
        Documents__LAD_names="LAD24CD,LAD24NM\nE07000179,South Oxfordshire\n",
    )
    assert len(rows(read_drop(POSTCODES_DATASET, {"2025-05.zip": release}, tmp_path), TABLE)) == 3


def test_parts_by_area_are_read_where_the_whole_is_not_there() -> None:
    parts = ["x/Data/multi_csv/ONSPD_AB.csv", "x/Data/multi_csv/ONSPD_OX.csv", "x/Documents/names.csv"]
    assert list(directory_files(parts)) == parts[:2]
    assert list(directory_files(["postcodes/2025-05.zip"])) == ["postcodes/2025-05.zip"]
    older = ["Data/ONSPD_AUG_2019_UK.txt", "Data/ONSPD_AUG_2019_UK.csv", "readme.txt"]
    assert list(directory_files(older)) == older[1:2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("OX11 0AA,,,1,1,1,,,,51.6,-1.2", "column pcds: 'OX11 0AA' stands in row 2 already"),
        ("OX11,,,1,1,1,,,,51.6,-1.2", "column pcds: the value is 'OX11'; expected a unit postcode"),
        ("OX11 0AD,,,1,1,1,,,,15.6,-1.2", "column lat: the value is '15.6'; expected a latitude in the United Kingdom"),
        ("OX11 0AD,,,east,1,1,,,,51.6,-1.2", "column oseast1m: the value is 'east'; expected a whole number"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DropError, match=f"row 5, {message}"):
        read_drop(POSTCODES_DATASET, {"2025-05.csv": f"{POSTCODES_CSV}{line}\n"}, tmp_path)


@pytest.mark.parametrize("name", ["onspd_seed.csv.gz", "onspd_seed_2025_09.csv.gz"])
def test_real_releases_are_read_whole(shared_data: Path, tmp_path: Path, name: str) -> None:
    real = (shared_data / "onspd_sample" / name).read_bytes()
    reading = read_drop(POSTCODES_DATASET, {"2025-05.csv.gz": real}, tmp_path)
    found = pl.DataFrame(rows(reading, TABLE))
    assert (found.height, reading.rejected.height) == (8048, 0)
    assert found["easting"].null_count() == found["latitude"].null_count() == found["grid"].null_count() == 2
    assert found.filter(pl.col("postcode") == "SE1 9ZZ").select("is_terminated", "region_code", "easting").row(0) == (
        True,
        "E12000007",
        531901,
    )
    assert found.filter(pl.col("msoa_code").str.starts_with("S02")).height == 8041
    assert found["msoa_code"].null_count() == 2
    assert pl.DataFrame(rows(reading, AREAS)).filter(area_kind="district")["postcodes"].sum() == 8046
