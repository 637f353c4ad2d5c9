"""The drops read back with plain readers, in the columns and with the habits that FORMATS gives."""

from __future__ import annotations

import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import polars as pl
import pytest
import shapely

from assets.methods.geometry.grid import to_wgs84
from assets.methods.text.postcodes import normalise_postcode
from synthetic_uk.innovate_uk import COLUMNS, SHEET
from synthetic_uk.published import objects_of

MONTHS = ("2025-03", "2025-04", "2025-05")
FIRST = MONTHS[0]
NSPL = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty26cd,ced25cd,lad26cd,wd26cd,nhser24cd,"
    "ctry26cd,rgn26cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl26cd,bua24cd,ruc21ind,"
    "oac21ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd25ind,icb26cd"
)
CSV_HEADERS = {
    "idbr_enterprises": "entref,crn,name,sic2007,employees,turnover_thousands,legal_status",
    "idbr_local_units": "luref,entref,sic2007,postcode,employees",
    "rtic_companies": "company_number,company_name,rtic_codes,employees,turnover,website,description",
    "rtic_locations": "company_number,postcode,kind,employees",
    "events": "event_id,source,title,description,start_date,latitude,longitude,postcode,attendees",
    "training_labels": "text,categories",
}


def table(drops: Path, dataset: str, month: str = FIRST) -> pl.DataFrame:
    return pl.read_csv(drops / dataset / f"{month}.csv.gz", infer_schema=False)


def objects(drops: Path, dataset: str, name: str, month: str = FIRST) -> list[dict[str, Any]]:
    return list(objects_of(drops / dataset / month, name))


def workbook(drops: Path, month: str = FIRST) -> pl.DataFrame:
    return fastexcel.read_excel(drops / "innovate_uk" / f"{month}.xlsx").load_sheet(SHEET).to_polars()


def directory_of(drops: Path) -> pl.DataFrame:
    with zipfile.ZipFile(drops / "postcodes" / f"{FIRST}.zip") as archive:
        return pl.read_csv(archive.read("Data/NSPL_MAR_2025_UK.csv"), infer_schema=False)


def plain(name: str) -> pl.Expr:
    """A name without case, punctuation and legal suffix."""
    spelled = pl.col(name).str.to_uppercase().str.replace_all(" & ", " AND ", literal=True)
    return spelled.str.replace_all(r"[^A-Z]", "").str.replace(r"(LIMITED|LTD|LLP)$", "")


@pytest.fixture(scope="module")
def directory(drops: Path) -> pl.DataFrame:
    return directory_of(drops)


@pytest.mark.parametrize("dataset", CSV_HEADERS)
def test_tables_have_the_columns_of_their_format(drops: Path, dataset: str) -> None:
    assert ",".join(table(drops, dataset).columns) == CSV_HEADERS[dataset]


def test_yearly_datasets_come_with_the_first_month_only_and_the_others_every_month(drops: Path) -> None:
    months = {
        folder.name: sorted(entry.name[:7] for entry in folder.iterdir())
        for folder in drops.iterdir()
        if folder.name != "truth"
    }
    for dataset in ("postcodes", "boundaries", "idbr_enterprises", "idbr_local_units"):
        assert months.pop(dataset) == [FIRST]
    assert months.pop("training_labels") == list(MONTHS[:2])
    assert set(months) == {
        "events",
        "rtic_companies",
        "rtic_locations",
        "innovate_uk",
        "innovate_uk_applications",
        "ukri",
        "publications",
    }
    assert all(months[dataset] == list(MONTHS) for dataset in months)


def test_the_directory_has_the_columns_of_the_lookup_and_one_row_a_postcode(directory: pl.DataFrame) -> None:
    assert ",".join(directory.columns) == NSPL
    assert directory["pcds"].is_unique().all()
    assert (directory.select(normalise_postcode(pl.col("pcds"))).to_series() == directory["pcds"]).all()
    assert (directory["pcd7"].str.len_chars() == 7).all()
    assert (directory["pcd7"].str.replace_all(" ", "") == directory["pcds"].str.replace_all(" ", "")).all()


def test_a_release_has_all_postcodes_once_more_by_area_and_names_of_codes_beside_them(
    drops: Path, directory: pl.DataFrame
) -> None:
    with zipfile.ZipFile(drops / "postcodes" / f"{FIRST}.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    parts = {name: content for name, content in members.items() if name.startswith("Data/multi_csv/NSPL_MAR_2025_UK_")}
    frames = {name: pl.read_csv(content, infer_schema=False) for name, content in parts.items()}
    assert len(parts) > 100
    for name, frame in frames.items():
        assert set(frame["pcds"].str.extract(r"^([A-Z]+)")) == {name.removesuffix(".csv").rpartition("_")[2]}
    assert pl.concat([*frames.values()]).sort("pcds").equals(directory.sort("pcds"))
    others = set(members) - set(parts) - {"Data/NSPL_MAR_2025_UK.csv"}
    assert {name.partition("/")[0] for name in others} == {"Documents", "User Guide"}
    names = pl.read_csv(members["Documents/LA_UA names and codes UK as at 04_25.csv"])
    assert names.columns == ["LAD25CD", "LAD25NM", "LAD25NMW"]
    assert set(directory.filter(pl.col("gridind") == "1")["lad26cd"]) <= set(names["LAD25CD"])


def test_terminated_postcodes_have_a_month(directory: pl.DataFrame) -> None:
    terminated = directory.filter(pl.col("doterm").is_not_null())
    assert 0.2 < terminated.height / directory.height < 0.5
    assert terminated["doterm"].str.contains(r"^(19|20)\d\d(0[1-9]|1[0-2])$").all()
    assert (terminated["doterm"] >= terminated["dointr"]).all()


def test_postcodes_without_a_place_are_marked_as_the_lookup_marks_them(directory: pl.DataFrame) -> None:
    without = directory.filter(pl.col("gridind") == "9")
    assert without.height >= 20
    assert (without["lat"] == "99.999999").all()
    assert (without["long"].cast(float) == 0).all()
    assert without.select(pl.col("east1m", "north1m").is_null().all()).row(0) == (True, True)
    assert directory.filter(pl.col("gridind") != "9")["east1m"].null_count() == 0


def test_grid_references_agree_with_degrees_in_each_grid_and_northern_ireland_is_irish(directory: pl.DataFrame) -> None:
    placed = directory.filter(pl.col("gridind") == "1")
    is_irish = pl.col("pcds").str.starts_with("BT")
    assert placed.filter(is_irish).height >= 20
    for grid, rows in (("ni", placed.filter(is_irish)), ("gb", placed.filter(~is_irish))):
        east, north = (rows[name].cast(float).to_numpy() for name in ("east1m", "north1m"))
        latitude, longitude = to_wgs84(east, north, grid)  # type: ignore[arg-type]
        assert np.abs(latitude - rows["lat"].cast(float).to_numpy()).max() < 1e-5
        assert np.abs(longitude - rows["long"].cast(float).to_numpy()).max() < 1e-5
    irish = placed.filter(is_irish)
    assert irish["lat"].cast(float).is_between(54, 55.4).all()
    assert irish["long"].cast(float).is_between(-8.2, -5.4).all()
    assert set(irish["rgn26cd"]) == {"N99999999"}


def test_nations_have_pseudo_regions_and_england_real_ones(directory: pl.DataFrame) -> None:
    assert set(directory.filter(pl.col("ctry26cd") == "E92000001")["rgn26cd"].str.head(3)) == {"E12"}
    for country, region in (("W92000004", "W99999999"), ("S92000003", "S99999999"), ("N92000002", "N99999999")):
        assert set(directory.filter(pl.col("ctry26cd") == country)["rgn26cd"]) == {region}


def test_a_small_area_lies_in_one_district_of_its_nation(directory: pl.DataFrame) -> None:
    placed = directory.filter(pl.col("gridind") == "1")
    districts = placed.group_by("msoa21cd").agg(pl.col("lad26cd").n_unique(), nation=pl.col("ctry26cd").first())
    assert districts["lad26cd"].max() == 1
    assert set(districts["msoa21cd"].str.head(3)) == {"E02", "W02", "S02", "N20"}
    assert (districts["msoa21cd"].str.head(1) == districts["nation"].str.head(1)).all()
    assert placed["msoa21cd"].str.contains(r"^[EWSN][0-9]{8}$").all()


def test_boundaries_are_the_portals_layers_and_hold_the_postcodes(drops: Path, directory: pl.DataFrame) -> None:
    files = {path.name: json.loads(path.read_text()) for path in (drops / "boundaries" / FIRST).glob("*.geojson")}
    assert set(files) == {f"{layer}_MAR_2025_UK_BUC.geojson" for layer in ("ITL1", "LAD", "TTWA")}
    layers = {name.partition("_")[0]: content["features"] for name, content in files.items()}
    regions = [(area["properties"]["ITL125CD"], area["properties"]["ITL125NM"]) for area in layers["ITL1"]]
    assert len(regions) == 12
    assert {("TLH", "East (England)"), ("TLI", "London"), ("TLM", "Scotland")} < set(regions)
    placed = directory.filter(pl.col("gridind") == "1")
    points = shapely.points(placed["long"].cast(float).to_numpy(), placed["lat"].cast(float).to_numpy())
    for layer, code, column in (("LAD", "LAD25CD", "lad26cd"), ("TTWA", "TTWA15CD", "ttwa15cd")):
        shapes = {
            area["properties"][code]: shapely.from_geojson(json.dumps(area["geometry"])) for area in layers[layer]
        }
        assert set(placed[column]) <= set(shapes)
        inside = [shapely.intersects(shapes[code], point) for code, point in zip(placed[column], points, strict=True)]
        # The coast is coarse, and a straight edge in metres is not quite straight in degrees.
        assert np.mean(inside) > 0.98


def test_sites_belong_to_enterprises_and_lie_in_the_directory_but_for_a_few(
    drops: Path, directory: pl.DataFrame
) -> None:
    units, enterprises = table(drops, "idbr_local_units"), table(drops, "idbr_enterprises")
    assert units["luref"].is_unique().all()
    assert enterprises["entref"].is_unique().all()
    assert set(units["entref"]) == set(enterprises["entref"])
    postcode = units.select(normalise_postcode(pl.col("postcode"))).to_series()
    unknown = ~postcode.is_in(directory["pcds"].implode()) | postcode.is_null()
    assert 0 < unknown.mean() < 0.02  # type: ignore[operator]


def test_the_register_has_the_gaps_of_a_real_extract(drops: Path) -> None:
    units, enterprises = table(drops, "idbr_local_units"), table(drops, "idbr_enterprises")
    assert 0.15 < units["employees"].is_null().mean() < 0.30  # type: ignore[operator]
    assert 0.20 < enterprises["crn"].is_null().mean() < 0.35  # type: ignore[operator]
    numbers = enterprises["crn"].drop_nulls()
    assert numbers.is_unique().all()
    assert numbers.str.contains(r"^([0-9]{8}|(SC|NI|OC)[0-9]{6})$").all()
    sites = units["entref"].value_counts()["count"]
    assert (sites == 1).mean() > 0.9  # type: ignore[operator]
    assert sites.max() >= 4  # type: ignore[operator]


def test_firms_of_both_registers_share_their_number_and_their_place(drops: Path) -> None:
    enterprises, companies = table(drops, "idbr_enterprises"), table(drops, "rtic_companies")
    assert companies["company_number"].is_unique().all()
    both = enterprises.join(companies, left_on="crn", right_on="company_number")
    assert 0.1 < both.height / companies.height < 0.5
    written = both.select(plain("name"), plain("company_name"))
    assert (written["name"] == written["company_name"]).all()


def test_firms_have_known_sectors_and_places(drops: Path, directory: pl.DataFrame) -> None:
    companies, locations = table(drops, "rtic_companies"), table(drops, "rtic_locations")
    codes = companies["rtic_codes"].drop_nulls().str.split(",").explode()
    assert codes.str.contains(r"^RTIC[0-9]{4}([0-9]{2})?$").all()
    assert codes.str.len_chars().n_unique() == 2
    assert set(locations["company_number"]) == set(companies["company_number"])
    assert locations.select("company_number", "postcode", "kind").is_unique().all()
    assert locations["postcode"].is_in(directory["pcds"].implode()).all()
    assert set(locations["kind"]) == {"registered", "operating"}


def test_formation_agents_have_more_than_two_hundred_mere_registrations_in_every_month(drops: Path) -> None:
    for month in MONTHS:
        locations = table(drops, "rtic_locations", month)
        registered = locations.filter(pl.col("kind") == "registered").join(
            locations.filter(pl.col("kind") == "operating"), on=["company_number", "postcode"], how="anti"
        )
        assert registered["postcode"].value_counts()["count"].max() > 200  # type: ignore[operator]


def test_a_few_firms_come_and_go_each_month(drops: Path) -> None:
    numbers = [set(table(drops, "rtic_companies", month)["company_number"]) for month in MONTHS]
    for before, after in itertools.pairwise(numbers):
        assert 0.003 < len(after - before) / len(before) < 0.05
        assert 0.003 < len(before - after) / len(before) < 0.05


def test_the_list_of_projects_has_the_27_columns_and_its_habits(drops: Path) -> None:
    rows = workbook(drops)
    assert tuple(rows.columns) == COLUMNS
    assert len(COLUMNS) == 27
    assert rows["Enterprise Size"].n_unique() > 6
    assert set(rows["Is Lead Participant"]) == {"Yes", "No"}
    assert rows["Project Start Date"].dtype in (pl.Date, pl.Datetime("ms"))
    assert 0 < rows["CRN"].is_null().mean() < 0.5  # type: ignore[operator]
    assert rows["Award Offered (£)"].is_null().any()
    assert (rows["Award Offered (£)"] == 0).any()
    for name in ("Award Offered (£)", "Total Costs (£)", "Actual Spend to Date (£)"):
        pence = (rows[name] * 100).round() % 100
        assert (pence > 0).any() and (pence == 0).any()
    england = ~pl.col("Address Region").is_in(["Wales", "Scotland", "Northern Ireland", "Outside UK"])
    assert rows.filter(england)["Address LEP"].null_count() == 0
    assert rows.filter(~england)["Address LEP"].null_count() == rows.filter(~england).height > 0
    assert {"London", "Sheffield City Region"} < set(rows["Address LEP"])
    assert set(rows.filter(pl.col("Address Local Authority") == "Swindon")["Address LEP"]) <= {"Swindon and Wiltshire"}
    assert set(rows["In Multiple LEPs"]) == {"Yes", "No"}
    assert set(rows["Participant Withdrawn From Project"]) == {"Active", "Voluntary Withdrawal"}
    assert {"Live", "Closed"} < set(rows["Project Status"]) <= {"Live", "Closed", "Withdrawn", "On Hold"}
    assert rows["Competition Year"].str.contains(r"^20\d\d/\d\d$").all()


def test_a_sheet_of_notes_stands_before_the_table_in_some_months(drops: Path) -> None:
    sheets = [fastexcel.read_excel(drops / "innovate_uk" / f"{month}.xlsx").sheet_names for month in MONTHS]
    assert sheets[:2] == [[SHEET], ["Read me", SHEET]]


def test_empty_cells_are_absent_from_the_workbook(drops: Path) -> None:
    with zipfile.ZipFile(drops / "innovate_uk" / f"{FIRST}.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    rows = workbook(drops)
    nulls = sum(rows.null_count().row(0))
    assert sheet.count("<c ") == len(COLUMNS) * (rows.height + 1) - nulls


def test_applications_hold_the_funded_projects_and_more(drops: Path) -> None:
    applications, funded = table(drops, "innovate_uk_applications"), workbook(drops)
    assert tuple(applications.columns) == (*COLUMNS, "Application Outcome")
    assert set(applications["Application Outcome"]) == {"Funded", "Not funded"}
    assert set(funded["Application Number"].cast(str)) == set(
        applications.filter(pl.col("Application Outcome") == "Funded")["Application Number"]
    )
    assert applications.filter(pl.col("Application Outcome") == "Not funded")["Award Offered (£)"].is_null().all()
    assert not applications.is_unique().all()


def test_applications_only_grow(drops: Path) -> None:
    earlier, later = (table(drops, "innovate_uk_applications", month) for month in MONTHS[:2])
    assert set(earlier["Application Number"]) < set(later["Application Number"])
    dates = later["Project Start Date"].drop_nulls()
    assert dates.max() <= "2025-04-30"  # type: ignore[operator]


def test_consortia_are_small_with_a_long_tail_and_one_lead_each(drops: Path) -> None:
    applications = table(drops, "innovate_uk_applications").unique(maintain_order=True)
    size = applications.group_by("Application Number").agg(
        pl.len(), leads=(pl.col("Is Lead Participant") == "Yes").sum()
    )
    assert (size["leads"] == 1).all()
    assert 0.4 < (size["len"] == 1).mean() < 0.65  # type: ignore[operator]
    assert 8 <= size["len"].max() <= 40  # type: ignore[operator]


def test_participation_is_heavy_tailed(drops: Path) -> None:
    applications = table(drops, "innovate_uk_applications")
    named = applications["Participant Name"].str.to_uppercase().str.replace_all(r"[^A-Z]", "")
    count = named.value_counts()["count"].sort(descending=True)
    assert count[0] > 10 * count.median()  # type: ignore[operator]


def test_gateway_objects_point_at_each_other(drops: Path) -> None:
    projects, organisations = objects(drops, "ukri", "projects"), objects(drops, "ukri", "organisations")
    funds = {fund["id"]: fund for fund in objects(drops, "ukri", "funds")}
    known = {organisation["id"] for organisation in organisations}
    assert len(known) == len(organisations)
    offered = 0
    for project in projects:
        targets = {"ORG": [], "FUND": []}  # type: dict[str, list[str]]
        for link in project["links"]["link"]:
            targets["FUND" if link["rel"] == "FUND" else "ORG"].append(link["href"].rsplit("/", 1)[1])
        assert set(targets["ORG"]) <= known
        assert [link["rel"] for link in project["links"]["link"]].count("LEAD_ORG") == 1
        (fund,) = (target for target in targets["FUND"] if funds[target]["category"] == "INCOME_ACTUAL")
        offers = (project["participantValues"] or {"participant": []})["participant"]
        if offers:
            offered += 1
            assert sum(offer["grantOffer"] for offer in offers) == funds[fund]["valuePounds"]["amount"]
    assert 0 < offered < len(projects)
    regions = {organisation["addresses"]["address"][0]["region"] for organisation in organisations}
    assert "Outside UK" in regions


def test_works_are_at_institutions_and_stay_the_same_from_month_to_month(drops: Path) -> None:
    institutions = {one["id"] for one in objects(drops, "publications", "institutions")}
    works = {work["id"]: work for work in objects(drops, "publications", "works")}
    later = {work["id"]: work for work in objects(drops, "publications", "works", MONTHS[2])}
    for name, work in works.items():
        assert {**later[name], "updated_date": ""} == {**work, "updated_date": ""}
        first = work["authorships"][0]["institutions"][0]
        assert first["id"] in institutions
        assert work["publication_date"][:4] == str(work["publication_year"])


KEYS = {
    *("id", "doi", "title", "display_name", "publication_year", "publication_date", "type", "authorships"),
    *("institutions_distinct_count", "corresponding_author_ids", "primary_topic", "topics", "awards", "funders"),
    *("is_xpac", "abstract_inverted_index", "cited_by_count", "updated_date"),
}
OF_AUTHORSHIP = {
    *("author_position", "author", "institutions", "countries", "is_corresponding", "raw_affiliation_strings"),
    "affiliations",
}


def test_works_have_the_keys_of_real_ones_and_the_day_of_their_partition(drops: Path) -> None:
    works = objects(drops, "publications", "works")
    assert all(work["updated_date"].startswith("2025-03-31T") for work in works)
    for work in works[:200]:
        assert set(work) >= KEYS
        authors = work["authorships"]
        assert [author["author_position"] for author in authors[1:-1]] == ["middle"] * len(authors[1:-1])
        assert authors[0]["author_position"] == "first" and authors[0]["is_corresponding"]
        assert len(authors) == 1 or authors[-1]["author_position"] == "last"
        institutions = [each for author in authors for each in author["institutions"]]
        assert work["institutions_distinct_count"] == len({each["id"] for each in institutions})
        for author in authors:
            assert set(author) >= OF_AUTHORSHIP
        for each in institutions:
            assert set(each) == {"id", "display_name", "ror", "country_code", "type", "lineage"}
            assert each["lineage"] == [each["id"]]
