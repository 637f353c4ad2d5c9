"""The page in Chromium, from disk: every control is used as a reader would."""

from __future__ import annotations

import base64
import itertools
import re
import time
from dataclasses import replace
from urllib.parse import quote

import polars as pl
import pytest

from assets.months import Month
from assets.publication.base_map import BaseMap
from assets.publication.page import months_script, page_files
from assets.publication.page_trust import no_trust
from tests.publication.browser import DESKTOP, PHONE, browser, chromium_path, served
from tests.publication.page_example import MONTHS, OPTIONS, page_tables

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on the PATH nor in CHROMIUM")

MAY, APRIL = Month(2025, 5), Month(2025, 4)
CRITERIA = ("RD&I-active", "co-located", "specialised", "internally collaborative")
NARROWEST = {"width": 360, "height": 740}
SCRIPT = '</script><script>window.hacked = "name"</script>'
IMAGE = "\"'><img src=x onerror=\"window.hacked = 'image'\">"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
TURNED = "\u202eReversed\u2067 name"


@pytest.fixture(scope="module")
def tables():
    return page_tables(150)


@pytest.fixture(scope="module")
def published(tables):
    files = page_files(MAY, tables, OPTIONS)
    both = {f"{month}/{path}": content for month in (MAY, APRIL) for path, content in files.items()}
    april = page_files(APRIL, page_tables(30, seed=2), OPTIONS)
    return both | {f"{APRIL}/{path}": content for path, content in april.items()}


@pytest.fixture(scope="module")
def folder(published, tmp_path_factory):
    root = tmp_path_factory.mktemp("publication")
    return write(root, published | {"months.js": months_script([MAY, APRIL])})


def write(root, files):
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture(scope="module")
def chromium():
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def context(chromium):
    made = chromium.new_context(viewport=DESKTOP)
    yield made
    made.close()


class Watched:
    """A page and all that it complained of or asked for."""

    def __init__(self, context):
        self.page = context.new_page()
        self.problems: list[str] = []
        self.asked: list[str] = []
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address, view=""):
        self.page.goto("about:blank")
        self.page.goto(f"{address}{view}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page


@pytest.fixture(scope="module")
def watched(context):
    made = Watched(context)
    yield made
    made.page.close()


@pytest.fixture
def opened(watched, folder):
    """Opens May's page from disk with a view; in the end nothing may have gone wrong."""
    watched.problems.clear()
    watched.asked.clear()
    yield lambda view="": watched.open(f"file://{folder}/{MAY}/index.html", view)
    assert watched.problems == []
    assert [url for url in watched.asked if not url.startswith((f"file://{folder}", "about:", "data:"))] == []


def until(page, true: str, given=None) -> None:
    """Wait until it is true on the page. Asked from outside: the page's own policy lets nothing be evaluated in it."""
    waits = time.monotonic() + 10
    while not page.evaluate(true, given):
        assert time.monotonic() < waits, f"within ten seconds it was never true that {true}"
        page.wait_for_timeout(50)


def shown(page) -> int:
    return int(re.match(r"[\d,]+", page.inner_text("#count"))[0].replace(",", ""))


def first_profile(tables) -> pl.DataFrame:
    return tables.clusters.filter(profile="dsit-v1")


def a_cluster(tables, **of) -> dict:
    return first_profile(tables).filter(**of).row(0, named=True)


def test_opens_from_disk_with_every_cluster(opened, tables):
    page = opened()
    assert shown(page) == first_profile(tables).height
    assert page.locator("#map canvas").count() == 3
    assert page.title() == "UK innovation clusters, May 2025"


def test_the_map_has_land_sea_and_clusters_drawn(opened):
    page = opened("#view=8/51.5/-1")
    painted = page.evaluate("""() => [...document.querySelectorAll('#map canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let some = 0;
        for (let i = 3; i < data.length; i += 4) some += data[i] > 0;
        return some / (data.length / 4);
    })""")
    base, clusters, top = painted
    assert 0.3 < base < 1
    assert 0.05 < clusters < 1
    assert 0.001 < top < 0.2


def test_each_filter_shows_what_the_table_has(opened, tables):
    page = opened()
    clusters = first_profile(tables)
    page.uncheck("#f-type-Specialised")
    assert shown(page) == clusters.filter(pl.col("cluster_type") != "Specialised").height
    page.click("text=Reset the filters")
    assert shown(page) == clusters.height

    page.select_option("#f-region", "Scotland")
    assert shown(page) == clusters.filter(main_region="Scotland").height
    page.click("text=Reset the filters")
    page.select_option("#f-scheme", "rtic")
    assert shown(page) == clusters.filter(scheme="rtic").height
    sector = clusters.filter(scheme="rtic")["sector"][0]
    page.select_option("#f-sector", sector)
    assert shown(page) == clusters.filter(scheme="rtic", sector=sector).height
    page.select_option("#f-scheme", "sic")
    assert page.input_value("#f-sector") == "", "a sector of another scheme stayed chosen"

    page.click("text=Reset the filters")
    page.fill("#f-firms", "60")
    page.press("#f-firms", "Tab")
    assert shown(page) == clusters.filter(pl.col("firms") >= 60).height
    page.fill("#f-share", "4")
    page.press("#f-share", "Tab")
    assert shown(page) == clusters.filter(pl.col("firms") >= 60, pl.col("sector_sites_share") >= 0.04).height
    page.check("#f-active")
    assert page.locator("#count").get_attribute("aria-live") == "polite"


def test_another_method_shows_its_clusters(opened, tables):
    page = opened()
    page.select_option("#f-profile", "evidence")
    assert "Ours: scans" in page.inner_text("#tab-clusters")
    first = page.locator("table.clusters [data-cluster]").first
    assert first.get_attribute("data-cluster").startswith("e")


def test_colouring_by_a_figure_changes_legend_and_column(opened):
    page = opened()
    assert "Specialised" in page.inner_text("#legend-body")
    page.select_option("#f-colour", "employees")
    assert "Employees" in page.inner_text("#legend-body")
    assert "not given" in page.inner_text("#legend-body")
    assert "Employees" in page.inner_text("table.clusters thead")
    assert {"c", "x"} & set(page.locator("table.clusters td.number").all_inner_texts())


WORDS_BROKEN = """() => [...document.querySelectorAll('table.clusters tbody th')].flatMap((cell) => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (const word of node.data.matchAll(/[\\p{L}]+/gu)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) broken.push(word[0]);
        }
    return broken;
})"""
TOO_WIDE = "() => { const list = document.querySelector('.wide'); return list.scrollWidth - list.clientWidth; }"


@pytest.mark.parametrize("figure", ["type", "employees", "turnover_gbp"])
def test_the_list_breaks_no_word_and_needs_no_scrolling_aside(opened, figure):
    page = opened(f"#colour={figure}")
    assert page.evaluate(WORDS_BROKEN) == []
    assert page.evaluate(TOO_WIDE) <= 0
    types = page.locator("table.clusters .typed")
    assert types.first.get_attribute("title") == types.first.inner_text(), "whoever hears the page hears the type"


def test_a_filter_takes_the_map_to_what_it_leaves(opened):
    page = opened()
    whole = page.evaluate("app.map.getZoom()")
    page.select_option("#f-region", "Scotland")
    out_of_view = """() => app.shown().filter(({ latitude, longitude }) =>
        !app.map.getBounds().contains([latitude, longitude])).length"""
    until(page, "zoom => app.map.getZoom() > zoom", whole)
    assert shown(page) > 0
    until(page, f"({out_of_view})() === 0")
    page.click("text=Reset the filters")
    until(page, f"({out_of_view})() === 0")
    until(page, "app.state.view.startsWith(`${app.map.getZoom()}/`)")
    kept = page.evaluate("app.state.view")
    page.uncheck("#f-type-Diverse")
    assert page.evaluate("app.state.view") == kept, "what says nothing of where leaves the map alone"


def test_the_whole_country_has_its_cities_named(opened):
    page = opened()
    until(page, "app.labelled.length > 5")
    assert {"London", "Glasgow", "Edinburgh", "Manchester", "Cardiff", "Belfast"} <= set(page.evaluate("app.labelled"))


def test_report_and_downloads_are_in_the_head_and_without_scripts_too(opened, chromium, folder):
    addresses = {address for _, address in OPTIONS.links}
    page = opened()
    assert {link.get_attribute("href") for link in page.locator("header .tools a").all()} == addresses
    plain = chromium.new_context(viewport=DESKTOP, java_script_enabled=False).new_page()
    plain.goto(f"file://{folder}/{MAY}/index.html")
    assert {link.get_attribute("href") for link in plain.locator(".notice a").all()} == addresses
    plain.context.close()


ALL_ACTIVE = {"scheme": "rdi", "sector": "All RD&I-active"}


def test_a_cluster_of_all_sectors_has_no_sector_of_its_own(context, tables, tmp_path):
    found = (pl.col("scheme") == "rtic") & pl.col("location_quotient").is_not_null() & (pl.col("profile") == "dsit-v1")
    cluster_id = tables.clusters.filter(found)["cluster_id"][0]
    changed = [
        pl.when(pl.col("cluster_id") == cluster_id).then(pl.lit(value)).otherwise(name).alias(name)
        for name, value in ALL_ACTIVE.items()
    ]
    files = page_files(MAY, replace(tables, clusters=tables.clusters.with_columns(changed)), OPTIONS)
    root = write(tmp_path, {f"{MAY}/{path}": content for path, content in files.items()})
    page = Watched(context).open(f"file://{root}/{MAY}/index.html", f"#cluster={cluster_id}")
    text = page.inner_text("#detail")
    assert "one of its sectors is" in text and "among the RD&I-active organisations here" in text
    assert "Share of all RD&I-active sites" in text
    page.fill("#search", "rdi active")
    assert "RD&I-active" in page.locator("#found li").first.inner_text(), "as people write it"
    other = tables.clusters.filter(found)["cluster_id"][1]
    text = page.evaluate("id => { app.set({ cluster: id }); return app.byId('detail').textContent; }", other)
    assert "its sector is" in text and "Share of the sector’s sites" in text
    assert "all RD&I-active sites" not in text
    page.close()


def test_the_table_sorts(opened, tables):
    page = opened()
    firms = [int(text.replace(",", "")) for text in page.locator("table.clusters td:nth-child(3)").all_inner_texts()]
    assert firms == sorted(first_profile(tables)["firms"], reverse=True)[: len(firms)]
    page.click("[data-sort=firms]")
    header = page.locator("th[aria-sort=ascending]")
    assert header.inner_text().startswith("Firms")
    assert page.evaluate("document.activeElement.dataset.sort") == "firms"
    page.click("text=/Show 50 more/")
    assert page.locator("table.clusters tbody tr").count() == 100


def test_the_panel_tells_every_figure(opened, tables):
    given = tables.clusters.drop_nulls("places")
    cluster = a_cluster(replace(tables, clusters=given), cluster_type="Specialised", employees_status="c")
    page = opened(f"#cluster={cluster['cluster_id']}")
    panel = page.inner_text("#detail")
    for words in (cluster["name"], cluster["sector"], f"{cluster['firms']:,}", "How sure is this?", "Employees"):
        assert words in panel
    assert "c: suppressed" in panel
    given = page.locator("#detail .figures").first
    figures = dict(zip(given.locator("dt").all_inner_texts(), given.locator("dd").all_inner_texts(), strict=True))
    assert figures["Employees"] == figures["Turnover"] == "c"
    for words, key in (("RD&I-active firms", "rdi_active"), ("Firms with public funding", "funded_firms")):
        share, band = cluster[f"{key}_share"], cluster[f"{key}_band"]
        assert figures[words] == (f"{100 * share:.1f}%" if band is None else band.replace("<=", "at most "))
    assert figures["Distinct postcodes"] == f"{cluster['places']:,}"
    assert figures["Firms at the largest address"] == cluster["address_band"].replace("<=", "at most ")
    assert page.locator("table.criteria tbody tr").count() == 9
    assert "at least 20.0%" in page.inner_text("table.criteria")
    told = [text.split("\n")[0] for text in page.locator("table.criteria tbody th").all_inner_texts()]
    assert told == sorted(told, key=CRITERIA.index), "the criteria do not stand in their order"
    mix = tables.sector_mix.filter(profile="dsit-v1", cluster_id=cluster["cluster_id"])
    assert page.locator("#detail .bars li").count() == mix.height


def test_the_panel_says_where_so_much_of_a_cluster_may_be_one_address(opened, tables):
    for band, is_said in (("<=100%", True), ("<=30%", False), (None, False)):
        cluster = tables.clusters.filter(pl.col("profile") == "dsit-v1", pl.col("address_band").eq_missing(band)).row(
            0, named=True
        )
        sure = opened(f"#cluster={cluster['cluster_id']}").inner_text(".sure")
        assert ("Up to 100% of its firms are at one postcode: so much of it may be one address" in sure) == is_said
        assert "one postcode" not in sure or is_said


def test_the_panel_of_an_evidence_cluster_gives_p_values(opened, tables):
    cluster = tables.clusters.filter(profile="evidence").row(0, named=True)
    page = opened(f"#profile=evidence&cluster={cluster['cluster_id']}")
    assert "p-value of the scan" in page.inner_text(".sure")
    assert "95% interval" in page.inner_text(".sure")


def trusted(tables, **of) -> dict:
    """A cluster of the first profile with its stability, as the trust tables have it."""
    sure = tables.trust.stability.join(first_profile(tables), on=["profile", "cluster_id"])
    return sure.filter(**of).row(0, named=True)


@pytest.mark.parametrize("word", ["robust", "fair", "fragile"])
def test_the_panel_says_how_sure_a_cluster_is(opened, tables, word):
    cluster = trusted(tables, word=word)
    page = opened(f"#cluster={cluster['cluster_id']}")
    assert page.inner_text(f"#detail h2 .badge.{word}").lower() == word
    sure = page.inner_text(".sure")
    assert f"{word.title()}: mean match {cluster['mean_jaccard']:.2f}" in sure
    assert f"less than {100 * cluster['low_jaccard']:.1f}%" in sure
    assert "dashes around the members that 50% of the draws or more have inside; dots" in sure
    audit = tables.trust.cluster_audit.filter(profile="dsit-v1", cluster_id=cluster["cluster_id"]).row(0, named=True)
    told = page.inner_text("#detail section:has(h3:text-is('What it rests on'))")
    share, band = audit["registered_office_only_share"], audit["registered_office_only_band"]
    assert (f"{100 * share:.1f}%" if band is None else band.replace("<=", "at most ")) in told


def test_a_criterion_near_its_threshold_is_marked_and_a_hidden_margin_is_not_told(opened, tables):
    margins = tables.trust.criterion_margins.filter(profile="dsit-v1")
    near = margins.filter(pl.col("is_near"))["cluster_id"][0]
    page = opened(f"#cluster={near}")
    assert page.inner_text("#detail h2 .badge.near") == "Near a threshold"
    assert "joint projects: 5% short of its threshold" in page.inner_text(".margins")
    assert "On the other side it would be R&D Collaborating." in page.inner_text(".margins")
    hidden = margins.filter(pl.col("margin").is_null())["cluster_id"][1]
    page = opened(f"#cluster={hidden}")
    assert "share of firms that are active: not given" in page.inner_text(".margins")


RED = """() => { const canvas = [...document.querySelectorAll('#map canvas')].at(-1);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let red = 0;
    for (let i = 0; i < data.length; i += 4) red += data[i] > 120 && data[i + 1] < 60 && data[i + 2] < 100;
    return red; }"""


def test_the_outlines_of_sure_members_are_drawn_for_the_chosen_cluster_alone(opened, tables):
    cluster = trusted(tables)
    view = f"view=11/{cluster['latitude']}/{cluster['longitude']}"
    assert opened(f"#{view}").evaluate(RED) == 0
    page = opened(f"#cluster={cluster['cluster_id']}&{view}")
    until(page, f"({RED})() > 200")


def test_a_time_line_reads_out_each_month_by_keyboard_and_as_a_table(opened, tables):
    cluster = trusted(tables)
    page = opened(f"#cluster={cluster['cluster_id']}")
    line = page.locator("#detail .timeline")
    line.focus()
    assert line.get_attribute("aria-valuetext").startswith(f"May 2025. Firms {cluster['firms']}")
    page.keyboard.press("Home")
    assert page.inner_text(".readout").startswith("October 2024: Firms")
    assert "New this month. Cause: the firms changed." in page.inner_text(".readout")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    told = "Took in the larger part of cluster Slough. Cause: the sector lists changed."
    assert told in line.get_attribute("aria-valuetext")
    page.click("#detail .as-table summary")
    rows = page.locator("#detail .as-table tbody tr")
    assert rows.count() == len(MONTHS)
    assert told in rows.nth(3).inner_text()
    assert rows.last.locator("td").first.inner_text() == f"{cluster['firms']:,}"


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROWEST], ids=lambda size: str(size["width"]))
def test_the_time_line_of_a_sector_and_of_a_town(chromium, folder, tables, size):
    watched = Watched(chromium.new_context(viewport=size))
    sector = tables.trust.localisation.filter(profile="dsit-v1", verdict="localised").row(0, named=True)
    page = watched.open(f"file://{folder}/{MAY}/index.html", f"#sector={quote(sector['sector'])}")
    page.click("#time-line > summary")
    # A browser says later, not at once, that it has opened what was clicked.
    page.wait_for_selector("#time-line svg")
    card = page.inner_text("#time-line")
    assert sector["sector"] in card and "Localised: its sites are nearer" in card
    assert page.locator("#time-line svg path.line").count() == 2
    page.click("#time-line .agreement summary")
    matrix = page.locator("#time-line .agreement tbody tr")
    assert matrix.nth(0).inner_text().split() == ["HDBSCAN", "4", "0.50", "0.50", "–", "0.50"]
    now = tables.trust.timeline.filter(
        profile="dsit-v1", member=f"{sector['scheme']}: {sector['sector']}", month=MAY.first_day
    ).row(0, named=True)
    assert f"Clusters {now['clusters']:,}, Firms {now['firms']:,}" in card
    page.locator("#time-line svg").hover(position={"x": 47, "y": 20})
    assert page.inner_text("#time-line .readout").startswith("October 2024")
    page.evaluate("app.openPlace('Leeds, Yorkshire and The Humber')")
    assert page.locator("#tab-places svg path.line").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert watched.problems == []
    page.context.close()


def test_about_counts_the_clusters_by_word_and_the_money_without_a_place(opened, tables):
    text = opened("#tab=about").inner_text("#tab-about")
    for word in ("robust", "fair", "fragile"):
        assert f"{word.title()}: {tables.trust.stability.filter(profile='dsit-v1', word=word).height}" in text
    assert "Innovate UK, funded projects" in text and "£3m" in text and "the organisation is abroad" in text


def test_a_month_without_trust_tables_says_nothing_of_it(context, tables, tmp_path):
    files = page_files(MAY, replace(tables, trust=no_trust()), OPTIONS)
    months = {"months.js": months_script([MAY])}
    root = write(tmp_path, months | {f"{MAY}/{path}": content for path, content in files.items()})
    watched = Watched(context)
    page = watched.open(f"file://{root}/{MAY}/index.html", f"#cluster={trusted(tables)['cluster_id']}")
    text = page.inner_text("#detail")
    assert "How sure is this?" in text and "What it rests on" not in text and "mean match" not in text
    assert page.locator(".timeline, #detail .badge").count() == 0
    assert page.locator("#time-line").is_hidden()
    assert watched.problems == []
    page.close()


def test_a_click_on_the_map_opens_what_lies_there(opened, tables):
    cluster = a_cluster(tables, cluster_type="Specialised")
    page = opened(f"#view=12/{cluster['latitude']}/{cluster['longitude']}")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#pointed:not([hidden])")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#detail:not([hidden])")
    if page.locator(f"#detail [data-cluster={cluster['cluster_id']}]").count():
        page.click(f"#detail [data-cluster={cluster['cluster_id']}]")
    assert cluster["cluster_id"] in page.inner_text("#detail")
    assert page.evaluate("document.activeElement.id") == "detail-title"
    page.keyboard.press("Escape")
    assert f"cluster={cluster['cluster_id']}" not in page.url


def test_compares_up_to_four(opened):
    page = opened()
    boxes = page.locator("table.clusters [data-compare]")
    for k in range(4):
        boxes.nth(k).check()
    boxes.nth(4).click()
    assert not boxes.nth(4).is_checked()
    assert "No more than 4" in page.inner_text("#copied")
    page.click("#compare-open")
    assert page.locator("table.compared thead th").count() == 5
    assert page.locator("table.compared tbody tr").count() > 20
    page.keyboard.press("Escape")
    assert not page.locator("#compare").is_visible()
    page.locator("#tray .out").first.click()
    assert page.inner_text("#compare-open") == "Compare 3"


def test_what_is_in_leeds(opened):
    page = opened()
    page.fill("#search", "leeds")
    page.keyboard.press("Enter")
    assert page.inner_text("#town-title") == "What is in Leeds"
    text = page.inner_text("#tab-places")
    for words in ("cover it", "The Index", "What it has more of than the country", "AI and Data"):
        assert words in text
    assert page.input_value("#town") == "Leeds, Yorkshire and The Humber"
    page.select_option("#town", label="Glasgow, Scotland")
    assert page.inner_text("#town-title") == "What is in Glasgow"


def test_search_finds_sectors_and_clusters(opened, tables):
    page = opened()
    sector = first_profile(tables)["sector"].drop_nulls().mode().sort()[0]
    page.fill("#search", sector)
    page.locator("#found li", has_text="Sector").first.click()
    assert shown(page) == first_profile(tables).filter(sector=sector).height
    cluster = a_cluster(tables, cluster_type="Specialised")
    page.fill("#search", f"{cluster['name']} {cluster['sector']}".lower())
    assert page.get_attribute("#search", "aria-expanded") == "true"
    page.locator("#found li", has=page.locator("text=Cluster")).first.click()
    assert cluster["name"] in page.inner_text("#detail-title")


def test_the_index_has_six_tables_and_its_outlines(opened, tables):
    page = opened()
    page.click("[data-tab=index]")
    assert page.locator("[data-category]").count() == 6
    assert "The Index: Overall" in page.inner_text("#legend-body")
    for category in tables.rankings["category"].unique():
        page.click(f'[data-category="{category}"]')
        top = tables.rankings.filter(category=category).sort("rank").head(10)
        assert page.locator("table.ranking tbody .name").all_inner_texts() == top["name"].to_list()
        assert page.locator("table.ranking td:nth-child(3)").all_inner_texts() == [
            f"{share:.1f}%" for share in top["percentage"]
        ]
    page.click("text=Show all")
    assert page.locator("table.ranking tbody tr").count() == tables.rankings.filter(category=category).height
    page.locator("table.ranking tbody .name").first.click()
    assert "What its items are" in page.inner_text("#detail")


def test_layers_are_the_readers_choice(opened):
    page = opened()
    page.click("#layers summary")
    page.check("#layer-index")
    assert "The Index" in page.inner_text("#legend-body")
    page.uncheck("#layer-map")
    assert "Type of cluster" not in page.inner_text("#legend-body")
    assert page.locator("#layer-online").count() == 0, "no base map was given, and one is offered"


def test_regions_and_districts_are_drawn_where_given(context, tables, tmp_path):
    square = "POLYGON ((-2 52, -1 52, -1 53, -2 53, -2 52))"
    areas = [("region", "E12000005", "West Midlands", square), ("local_authority", "E08000025", "Birmingham", square)]
    boundaries = pl.DataFrame(areas, schema=["layer", "code", "name", "outline_wkt"], orient="row")
    given = page_files(MAY, replace(tables, boundaries=boundaries), OPTIONS)
    watched = Watched(context)
    page = watched.open(f"file://{write(tmp_path, given)}/index.html", "#layers=regions&view=7/52.5/-1.5")
    line = """() => {
        const layer = Object.values(app.map._layers).find((one) => one.options.pane === 'base');
        const [x, y] = app.screen(layer.view, app.worldPoint(52.5, -2));
        const { ratio } = layer.view;
        return [...layer._context.getImageData(Math.round((x - 1) * ratio), Math.round(y * ratio), 3, 1).data].join();
    }"""
    with_regions = page.evaluate(line)
    page.click("#layers summary")
    page.uncheck("#layer-regions")
    page.wait_for_timeout(100)
    assert page.evaluate(line) != with_regions
    page.check("#layer-districts")
    page.wait_for_timeout(100)
    assert "districts" in page.url
    watched.page.close()


def test_an_online_base_map_is_asked_for_only_when_turned_on(context, tables, tmp_path):
    tiles = BaseMap("https://tiles.invalid/{z}/{x}/{y}.png", "© Tile makers")
    given = page_files(MAY, tables, replace(OPTIONS, base_map=tiles))
    watched = Watched(context)
    watched.page.route("https://tiles.invalid/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    page = watched.open(f"file://{write(tmp_path, given)}/index.html")
    assert not any("tiles.invalid" in url for url in watched.asked)
    assert "Tile makers" not in page.inner_text("#attribution")
    page.click("#layers summary")
    with page.expect_request("https://tiles.invalid/**"):
        page.check("#layer-online")
    assert "© Tile makers" in page.inner_text("#attribution")
    page.uncheck("#layer-online")
    assert page.locator(".leaflet-tile").count() == 0
    assert not [text for text in watched.problems if "Content Security Policy" in text]
    watched.page.close()


def test_a_link_opens_the_same_view(opened, context, folder, tables):
    page = opened()
    page.select_option("#f-region", "London")
    page.select_option("#f-colour", "turnover_gbp")
    page.uncheck("#f-type-Dispersed")
    page.locator("table.clusters [data-compare]").nth(1).check()
    page.locator("table.clusters [data-cluster]").first.click()
    page.locator("#map").press("+")
    page.wait_for_url(re.compile("view="))
    page.wait_for_timeout(400)

    def view(of):
        return of.evaluate(
            "[app.hash(), app.shown().length, document.getElementById('detail').innerText, app.map.getZoom()]"
        )

    again = Watched(context)
    assert view(again.open(page.url)) == view(page)
    again.page.close()


def test_a_link_with_nonsense_opens(opened, tables):
    page = opened("#cluster=%3Cscript%3E&view=a/b/c&profile=none&category=none&place=none&here=1&firms=x&layers=~")
    assert "Not in this month" in page.inner_text("#detail")
    assert page.evaluate("document.scripts.length") == len(re.findall("<script", page.content()))


def test_the_month_selector_keeps_the_view(opened):
    page = opened("#region=Scotland")
    assert page.locator("#month option").all_inner_texts() == ["May 2025", "April 2025"]
    with page.expect_navigation():
        page.select_option("#month", "2025-04")
    page.wait_for_selector("html[data-ready]")
    assert page.url.endswith("2025-04/index.html#region=Scotland")
    assert page.input_value("#f-region") == "Scotland"


def test_opens_without_the_list_of_months(context, published, tmp_path):
    root = write(tmp_path, {path: content for path, content in published.items() if path.startswith(str(MAY))})
    watched = Watched(context)
    page = watched.open(f"file://{root}/{MAY}/index.html")
    assert page.locator("#month option").all_inner_texts() == ["May 2025"]
    watched.page.close()


def test_a_static_host_serves_it_and_nothing_else_is_asked(context, published):
    watched = Watched(context)
    with served(published | {"months.js": months_script([MAY])}) as address:
        page = watched.open(f"{address}/{MAY}/index.html")
        page.click("[data-tab=index]")
        page.click("[data-tab=about]")
        assert all(url.startswith((address, "about:")) for url in watched.asked)
    assert watched.problems == []
    watched.page.close()


def test_hostile_names_are_text(context, tables, tmp_path):
    def hostile(frame, column):
        names = pl.Series([SCRIPT, IMAGE, TURNED])
        return frame.with_columns(pl.lit(names).gather(pl.int_range(pl.len()) % 3).alias(column))

    def all_of(frame, *columns):
        for column in columns:
            frame = hostile(frame, column)
        return frame

    bad = replace(
        tables,
        clusters=all_of(tables.clusters, "name", "sector", "regions", "local_authorities", "largest_partners"),
        sector_mix=all_of(tables.sector_mix, "sector"),
        criteria=all_of(tables.criteria, "criterion"),
        index_clusters=all_of(tables.index_clusters, "name", "regions"),
        rankings=all_of(tables.rankings, "name", "regions"),
        cluster_history=all_of(tables.cluster_history, "former_name"),
        places=all_of(tables.places.head(6), "name"),
        source_files=all_of(tables.source_files, "title", "publisher", "release", "licence_address", "attribution"),
    )
    options = replace(OPTIONS, links=[(SCRIPT, "report.html")], profiles={"dsit-v1": SCRIPT})
    root = write(tmp_path, {f"{MAY}/{path}": content for path, content in page_files(MAY, bad, options).items()})
    watched = Watched(context)
    page = watched.open(f"file://{root}/{MAY}/index.html")
    for tab in ("index", "places", "about", "clusters"):
        page.click(f"[data-tab={tab}]")
    page.click("#attribution summary")
    assert page.locator("#attribution li", has_text="<script>").count() > 0
    page.click("#attribution summary")
    page.fill("#search", "script")
    assert page.locator("#found li", has_text="<script>").count() > 0
    page.keyboard.press("Escape")
    page.locator("table.clusters [data-cluster]").nth(0).click()
    page.evaluate("for (const c of app.data.clusters('dsit-v1').slice(0, 3)) { app.set({ cluster: c.cluster_id }); }")
    page.evaluate("app.set({ compare: app.data.clusters('dsit-v1').slice(0, 4).map((c) => c.cluster_id) })")
    page.click("#compare-open")
    assert "<script>" in page.inner_text("table.compared")
    page.keyboard.press("Escape")
    page.evaluate("app.set({ cluster: '', tab: 'index', index: app.data.indexClusters('Overall')[0].cluster_id })")
    page.evaluate("app.openPlace(app.data.placeKey(app.data.places[0]))")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.inner_text("body"))
    assert [text for text in watched.problems if "months.js" not in text and "ERR_FILE" not in text] == []
    page.close()


def test_the_keyboard_goes_through_the_page(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    seen = []
    for _ in range(45):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.dataset.cluster || document.activeElement.tagName"
            )
        )
    assert seen.index("map") < seen.index("search") < seen.index("f-profile")
    assert any(re.fullmatch(r"d\d{5}", name) for name in seen), "the keyboard does not reach the list"
    unseen = page.evaluate("""() => {
        document.getElementById('search').focus();
        return getComputedStyle(document.getElementById('search')).outlineStyle;
    }""")
    assert unseen != "none"
    page.focus("#skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "column"


def test_every_control_has_a_name(opened, tables):
    cluster = a_cluster(tables, cluster_type="Specialised")
    page = opened()
    for view in (
        "",
        f"#cluster={cluster['cluster_id']}",
        "#tab=index",
        "#tab=places&place=Leeds, Yorkshire and The Humber",
    ):
        page = opened(view)
        nameless = page.evaluate("""() => [...document.querySelectorAll('button, input, select, a')].filter((control) =>
            !(control.innerText || control.getAttribute('aria-label') || (control.labels && control.labels.length)
              || control.hidden || !control.checkVisibility())).map((control) => control.outerHTML)""")
        assert nameless == []
        levels = page.evaluate("""[...document.querySelectorAll('#column :is(h2, h3, h4)')]
            .filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1]))""")
        assert all(next_ - level <= 1 for level, next_ in itertools.pairwise(levels))


@pytest.mark.parametrize("screen", [NARROWEST, PHONE], ids=["360", "390"])
def test_a_phone_needs_no_scrolling_aside(opened, tables, screen):
    cluster = a_cluster(tables, cluster_type="Specialised")
    page = opened()
    page.set_viewport_size(screen)
    try:
        for view in (
            "",
            f"#cluster={cluster['cluster_id']}",
            "#tab=index",
            "#tab=about",
            "#tab=places&place=London, London",
        ):
            page = opened(view)
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], view
        page = opened()
        page.locator("table.clusters [data-cluster]").first.click()
        page.wait_for_timeout(100)
        assert page.locator("#detail-title").is_visible()
    finally:
        page.set_viewport_size(DESKTOP)
