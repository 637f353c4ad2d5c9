"""The report: figures worked by hand, names of others as text, and the page in a real browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from assets.method import MethodProfile, PublicationMethod
from assets.publication.report import compare_clusters
from assets.warehouse.database import Warehouse
from tests.publication.browser import DESKTOP, PHONE, browser, chromium_path
from tests.publication.page_example import page_tables
from tests.publication.release_example import HOSTILE, PROFILES, fill_release, release
from tests.support import MONTH, fill

BEFORE, YEAR_BEFORE = MONTH.plus(-1).first_day, MONTH.plus(-12).first_day


class Tables(HTMLParser):
    """The tables of a page by caption: rows of cells, the first the headings; and every element's name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.elements: list[str] = []
        self.text: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        if tag == "tr":
            self._rows.append([])
        if tag in ("th", "td"):
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.tables[self._caption or self._rows[0][0]] = self._rows
            self._rows = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.elements[-1:] == ["caption"] and not self._rows:
            self._caption += data.strip()
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] += data.strip()


def report_of(publication: Path) -> str:
    return (publication / str(MONTH) / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication whose clusters have hostile names, with a month and a year before."""
    folder = tmp_path_factory.mktemp("published")
    warehouse = Warehouse(folder / "warehouse.duckdb", threads=1)
    warehouse.create()
    fill_release(warehouse, names=dict(enumerate(HOSTILE)))
    with warehouse.transaction() as connection:
        connection.execute(
            "update publication.clusters set firms = 1000 + firms, sites = 1000 + sites where cluster_id < 'd00009'"
        )
        connection.execute(
            "update publication.clusters set places = if(cluster_id < 'd00009', 100, null), address_band = case "
            "when cluster_id < 'd00004' then '<=100%' when cluster_id < 'd00006' then '<=50%' "
            "when cluster_id < 'd00009' then '<=30%' end"
        )
        # A year before, the first cluster of dsit-v1 was not there, and the second of another type.
        connection.execute(
            "insert into publication.clusters by name select * replace (? as month, "
            "if(cluster_id = 'd00001', if(cluster_type = 'Diverse', 'Dispersed', 'Diverse'), cluster_type) "
            "as cluster_type) from publication.clusters where cluster_id != 'd00000' and profile = 'dsit-v1'",
            [YEAR_BEFORE],
        )
        connection.execute("delete from typology.cluster_counts")
    counts = [("dsit-v1", MONTH.first_day, 10, 4), ("dsit-v1", BEFORE, 12, 4), ("dsit-v1", YEAR_BEFORE, 3, 0)]
    counts.append(("evidence", MONTH.first_day, 5, 1))
    fill(
        warehouse,
        "typology.cluster_counts",
        [
            {"month": month, "profile": profile, "cluster_type": kind, "clusters": clusters}
            for profile, month, *numbers in counts
            for kind, clusters in zip(("Specialised", "Diverse"), numbers, strict=True)
        ],
    )
    release(warehouse, folder / "publication")
    return folder / "publication"


@pytest.fixture(scope="module")
def page(published: Path) -> Tables:
    return Tables(report_of(published))


def test_counts_by_type_stand_beside_their_change_in_a_month_and_a_year(page: Tables):
    rows = page.tables["dsit-v1"]
    assert rows[0] == ["type", "clusters", "in a month", "in a year"]
    assert rows[1:] == [
        ["Diverse", "4", "0", "+4"],
        ["Specialised", "10", "−2", "+7"],
        ["R&D Collaborating", "0", "0", "0"],
        ["Dispersed", "0", "0", "0"],
        ["all", "14", "−2", "+11"],
    ]
    assert page.tables["evidence"][-1] == ["all", "6", "–", "–"]


def test_it_says_of_how_many_clusters_one_postcode_has_most_firms(published: Path):
    """Four and two of thousand firms, whose bands leave nothing open; of evidence nothing is known."""
    told = re.findall(r"<li>(dsit-v1|evidence): (.+?)</li>", report_of(published))
    assert told == [
        (
            "dsit-v1",
            "of 9 clusters 4 have more than half of their firms at one postcode and 6 have more than 30% of their "
            "firms at one postcode. Of 5 others it is not known.",
        )
    ]


def test_how_sure_the_clusters_are_is_counted_and_the_fragile_are_named(page: Tables):
    trust = page_tables(14).trust
    rows = page.tables["Clusters by word"]
    for row in rows[1:]:
        of = trust.stability.filter(profile=row[0])
        near = trust.criterion_margins.filter(pl.col("profile") == row[0], pl.col("is_near"))["cluster_id"].n_unique()
        words = [str(of.filter(word=word).height) for word in ("robust", "fair", "fragile")]
        assert row[1:] == [*words, f"{of['mean_jaccard'].median():.2f}", str(near)]
    assert [row[0] for row in rows[1:]] == ["dsit-v1", "evidence"]
    fragile = page.tables["dsit-v1: fragile clusters, the largest first"][1:]
    assert len(fragile) == trust.stability.filter(profile="dsit-v1", word="fragile").height > 0
    assert [int(row[3].replace(",", "")) for row in fragile] == sorted(
        (int(row[3].replace(",", "")) for row in fragile), reverse=True
    )
    money = page.tables["By source and reason; with the money that has a place it is all awards of the drop"]
    assert ["Innovate UK, funded projects", "withdrawn", "12", "£3.0m", "£90.0m"] in money
    agreement = next(
        rows for caption, rows in page.tables.items() if caption.startswith("dsit-v1: how far methods agree")
    )
    assert agreement[0] == ["", "HDBSCAN", "DBSCAN", "our scan", "circular scan", "districts’ quotients"]
    assert agreement[1] == ["HDBSCAN", "1.00", "0.50", "0.50", "–", "0.50"], "circles find nothing in the example"
    told = " ".join("".join(page.text).split())
    assert "(dsit-v1): 1 by fewer than one, 1 by one or two, 1 by three or more." in told
    localised = page.tables["Localised sectors, the strongest first"]
    assert localised[1][2:] == ["1,234", "0", "40", "4", "0.0200"]


def test_what_became_of_the_clusters_says_why(page: Tables):
    assert page.tables["dsit-v1: events by cause"][1:] == [["renamed", "the postcode directory changed", "14"]]
    named = page.tables["dsit-v1: the largest clusters to which something happened"]
    assert named[0] == ["cluster", "event", "firms before", "firms", "cause"]
    assert {row[1] for row in named[1:]} == {"renamed: Slough"}


def test_clusters_of_a_year_before_are_compared_by_identifier(page: Tables):
    rows = page.tables["Against twelve months before (May 2024): clusters by identifier"]
    assert rows[1:] == [["dsit-v1", "13", "14", "13", "1", "0", "1"]]
    assert "April 2025, the month before, is not among the months published" in " ".join(page.text)


def test_comparison_counts_each_cluster_once():
    then = pl.DataFrame({"profile": ["a"] * 3, "cluster_id": ["1", "2", "3"], "cluster_type": ["D", "D", "S"]})
    now = pl.DataFrame({"profile": ["a", "a", "b"], "cluster_id": ["2", "4", "1"], "cluster_type": ["S", "S", "S"]})
    assert compare_clusters(now, then).rows(named=True) == [
        {"profile": "a", "then": 3, "now": 2, "kept": 1, "new": 1, "ended": 2, "changed_type": 1}
    ]


def test_the_largest_come_first_and_suppressed_figures_are_marked(page: Tables):
    rows = page.tables["dsit-v1, by firms"][1:]
    assert len(rows) == 10
    firms = [int(row[3].replace(",", "")) for row in rows]
    assert firms == sorted(firms, reverse=True)
    assert firms[8] > 1000 > firms[9]
    assert {row[4] for row in rows} & {"c", "x"}


def test_the_six_tables_of_the_index_show_ten_each(page: Tables):
    for category in ("Overall", "AI and Data", "Clean Growth"):
        rows = page.tables[category]
        assert [row[0] for row in rows[1:]] == [str(rank) for rank in range(1, 11)]


def test_names_of_others_are_text(page: Tables, published: Path):
    words = " ".join(page.text)
    for name in ("<script>alert(1)</script>", "=HYPERLINK(", "a | b", "abc"):
        assert name in words
    assert not {"script", "iframe", "object", "form", "style"} & set(page.elements)
    source = report_of(published)
    assert not re.search(r"<[^>]+\son\w+=|<[^>]+\sstyle=|javascript:", source)
    assert "\u202e" not in source
    assert "default-src 'none'; style-src 'self'; img-src 'self'" in source.replace("&#39;", "'")


def test_it_says_what_it_was_made_from_and_how(page: Tables):
    used = {row[0]: row[1:] for row in page.tables["dataset"][1:]}
    assert used["ONS postcode directory"][2] == "2025-05-01"
    methods = {row[0]: row for row in page.tables["profile"][1:]}
    assert "made with other parameters than those below" in methods["dsit-v1"][1]
    assert methods["dsit-v1"][2] == "test"
    parameters = {row[0]: row[1:] for row in page.tables["Every parameter, who its default comes from, and its value"]}
    assert parameters["publication.dominance_one_share"][1:] == ["ours", "0.75", "0.75"]
    assert page.tables["layer"][0] == ["layer", "tables", "passed", "warned", "failed"]
    checked = {row[0]: row[1:] for row in page.tables["layer"][1:]}
    assert int(checked["publication"][1]) > 10
    assert checked["publication"][3] == "0"
    assert "sources" in checked, "the drops have rules too, and the report says that it tried all"
    suppressed = page.tables["What was suppressed, by the rule that did it; a figure can fall under several"]
    assert [row[:2] for row in suppressed[1:]] == [["employees", "dominance"], ["turnover_gbp", "dominance"]]


def test_a_warning_is_told_with_its_rule(warehouse: Warehouse, tmp_path: Path):
    fill_release(warehouse, clusters=3)
    with warehouse.transaction() as connection:
        connection.execute(
            "insert into publication.sector_mix by name select * replace (? as month, concat('x', cluster_id) as "
            "cluster_id) from publication.sector_mix",
            [BEFORE],
        )
        connection.execute("delete from publication.sector_mix where month = ? and share < 0.4", [MONTH.first_day])
    profiles = [
        profile.model_copy(update={"publication": PublicationMethod(employees_rounding=5)}) for profile in PROFILES
    ]
    release(warehouse, tmp_path / "publication", *profiles)
    source = report_of(tmp_path / "publication")
    assert "<strong>warned</strong> publication.sector_mix, row_count_band" in source
    assert "Employees are rounded to 5," in source


def test_a_profile_that_the_run_was_not_given_is_said_to_be_unknown(warehouse: Warehouse, tmp_path: Path):
    fill_release(warehouse, clusters=3)
    release(warehouse, tmp_path / "publication", MethodProfile(name="dsit-v1"))
    methods = {row[0]: row for row in Tables(report_of(tmp_path / "publication")).tables["profile"][1:]}
    assert methods["evidence"][1].startswith("not among the profiles that this report was made with")


@pytest.mark.skipif(chromium_path() is None, reason="no Chromium here")
def test_report_and_downloads_open_in_a_browser_without_complaint_and_fit_a_phone(published: Path):
    with browser() as opened:
        page = opened.new_page(viewport=DESKTOP)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in ("report.html", "downloads.html"):
            for size in (DESKTOP, PHONE):
                page.set_viewport_size(size)
                page.goto((published / str(MONTH) / name).absolute().as_uri())
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                assert page.evaluate("[...document.images].every(picture => picture.naturalWidth > 0)")
        assert page.evaluate("getComputedStyle(document.querySelector('header')).borderBottomWidth") == "3px"
        page.goto((published / "index.html").absolute().as_uri())
        page.wait_for_url(f"**/{MONTH}/index.html")
        assert complaints == []
        page.goto((published / str(MONTH) / "report.html").absolute().as_uri())
        assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
