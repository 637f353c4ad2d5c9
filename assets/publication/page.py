"""The map page of a month: every file of it, as bytes.

What belongs here: which files there are, the page's frame and its content security policy. What does not: reading
tables or writing files (the release does both), encoding (`page_data`), what the page does in the browser (`site/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import polars as pl

from assets.method import PublicationMethod
from assets.months import Month
from assets.publication.base_map import BaseMap
from assets.publication.page_data import (
    encode_boundaries,
    encode_clusters,
    encode_details,
    encode_sources,
    encode_table,
    script,
)
from assets.publication.page_trust import TrustTables, encode_trust, no_trust
from assets.publication.source_drops import SourceDrop, attributions, dates_of, source_drops
from assets.publication.standing import Standing
from assets.synthetic import WORD
from assets.text_safety import visible
from assets.warehouse.declarations import declared_tables

SITE = Path(__file__).parent / "site"
SCRIPTS = (
    "base",
    "shapes",
    "tables",
    "state",
    "words",
    "colours",
    "shown",
    "paint",
    "drawing",
    "map",
    "pointer",
    "legend",
    "filters",
    "list",
    "ranking",
    "timeline",
    "trust",
    "detail",
    "compare",
    "towns",
    "history",
    "search",
    "about",
    "main",
)
"""The page's own scripts in the order in which they are loaded."""
FIGURES = ("publication.clusters", "publication.totals", "publication.stability", "publication.cluster_audit")
"""Tables whose columns are written as figures, as the declarations say."""
MONTHS_FILE = "months.js"
"""The list of months published, in the publication's root: the page reads `../months.js`."""


@dataclass(frozen=True)
class PageTables:
    """What the page shows: the rows of one month, all profiles, with the columns that `sql/schema/` declares."""

    clusters: pl.DataFrame
    """publication.clusters."""
    criteria: pl.DataFrame
    """publication.criteria."""
    sector_mix: pl.DataFrame
    """publication.sector_mix."""
    totals: pl.DataFrame
    """publication.totals."""
    events: pl.DataFrame
    """typology.cluster_events; its counts of shared firms are not shown."""
    index_clusters: pl.DataFrame
    """innovation_index.clusters."""
    rankings: pl.DataFrame
    """innovation_index.rankings."""
    rank_changes: pl.DataFrame
    """innovation_index.rank_changes."""
    cluster_history: pl.DataFrame
    """innovation_index.cluster_history."""
    place_clusters: pl.DataFrame
    """innovation_index.place_clusters."""
    place_specialisation: pl.DataFrame
    """innovation_index.place_specialisation."""
    source_files: pl.DataFrame
    """publication.source_files."""
    places: pl.DataFrame
    """reference.places of the drop that the month used."""
    boundaries: pl.DataFrame | None = None
    """reference.boundaries of the drop that the month used, if any."""
    trust: TrustTables = field(default_factory=no_trust)
    """How sure the clusters are, and what became of them; empty tables of a month that has none of it."""

    def of(self, name: str) -> pl.DataFrame:
        """The table of that name, here or in `trust`."""
        found: pl.DataFrame = getattr(self.trust if hasattr(self.trust, name) else self, name)
        return found


@dataclass(frozen=True)
class PageOptions:
    """What the page says besides the tables."""

    profiles: Mapping[str, str] = field(default_factory=dict)
    """Description of each method profile, in the order in which they are offered."""
    links: Sequence[tuple[str, str]] = ()
    """Text and address, relative to the page, of what is published beside it: report, downloads."""
    notices: Sequence[str] = ()
    """What to look at in the month's sources, each in a sentence."""
    standing: Standing = field(default_factory=Standing)
    """Whether the release is synthetic, a draft, approved."""
    base_map: BaseMap | None = None
    method: PublicationMethod = field(default_factory=PublicationMethod)
    """What the page explains disclosure control with, and how near a town is."""


def page_files(month: Month, tables: PageTables, options: PageOptions | None = None) -> dict[str, bytes]:
    """Every file of the month's page by its path within the month's folder.

    `index.html` opens from disk and from any static host: it loads nothing but these files and, where it is there,
    `../months.js` (see `months_script`). Same tables, same bytes.
    """
    from assets.publication.coast import coast

    options = options or PageOptions()
    library = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    return {
        "index.html": _index(month, options, source_drops(tables.source_files)),
        "data.js": script("CLUSTER_DATA", page_data(month, tables, options)),
        "coast.js": script("COAST_DATA", coast()),
        **{f"site/{path.name}": path.read_bytes() for path in sorted(SITE.iterdir()) if path.suffix != ".html"},
        "site/leaflet.js": (library / "leaflet.js").read_bytes(),
        "site/leaflet.css": (library / "leaflet.css").read_bytes(),
    }


def months_script(months: Sequence[Month]) -> bytes:
    """`months.js` of the publication's root: the months published, the latest first."""
    return script("PUBLISHED_MONTHS", [str(month) for month in sorted(months, reverse=True)])


def page_data(month: Month, tables: PageTables, options: PageOptions) -> dict[str, object]:
    """What `data.js` holds."""
    clusters = tables.clusters.sort("profile", "cluster_id")
    index_clusters = tables.index_clusters.sort("category", "cluster_id")
    drops = source_drops(tables.source_files)
    base_map = options.base_map
    figures = [column for table in FIGURES for column in declared_tables()[table].columns if column.format]
    return {
        "month": str(month),
        "profiles": {name: visible(text) for name, text in options.profiles.items()},
        "links": [[visible(text), address] for text, address in options.links],
        "sources": encode_sources(drops),
        "attributions": [[said.text, list(said.sources)] for said in attributions(drops)],
        "notices": [visible(text) for text in options.notices],
        "approval": options.standing.approval,
        "base_map": base_map and {"tiles": base_map.tiles, "attribution": visible(base_map.attribution)},
        "min_firms": options.method.disclosure_min_firms,
        "address_notice_share": options.method.address_notice_share,
        "near_town_km": options.method.near_town_km,
        "employees_rounding": options.method.employees_rounding,
        "turnover_rounding_gbp": options.method.turnover_rounding_gbp,
        "formats": {column.name: column.format for column in figures},
        "bands": {column.name: column.band for column in figures if column.band},
        "measures": measures_told(tables.criteria),
        "clusters": encode_clusters(clusters),
        "criteria": encode_details(tables.criteria, clusters),
        "sector_mix": encode_details(tables.sector_mix, clusters),
        "events": encode_details(tables.events, clusters),
        "totals": encode_table(tables.totals),
        "index_clusters": encode_clusters(index_clusters),
        "rankings": encode_table(tables.rankings.sort("category", "rank")),
        "rank_changes": encode_table(tables.rank_changes),
        "cluster_history": encode_table(tables.cluster_history),
        "place_clusters": encode_table(tables.place_clusters),
        "place_specialisation": encode_table(tables.place_specialisation),
        "places": encode_table(
            tables.places.select("name", "latitude", "longitude", "population", "region").sort(
                "population", "name", descending=[True, False]
            )
        ),
        **encode_trust(month, tables.trust, clusters),
        "boundaries": None if tables.boundaries is None else encode_boundaries(tables.boundaries),
    }


def measures_told(criteria: pl.DataFrame) -> list[tuple[str, str, str]]:
    """The declared measures of the criteria in their order: words, format, which side of the threshold is met.

    Raises ValueError where a row has a measure that is not declared.
    """
    declared = declared_tables()["publication.criteria"].measures
    if unknown := sorted(set(criteria["measure"]) - {words for words, _, _ in declared}):
        raise ValueError(
            f"publication.criteria has the measure {unknown[0]}, which sql/schema/publication.toml does "
            "not declare: add it under [criteria.measures]"
        )
    return list(declared)


def content_security_policy(base_map: BaseMap | None) -> str:
    """Nothing but the page's own files: no inline script or style, no connection; a base map's tiles if given."""
    images = ["'self'", "data:"] + ([base_map.origin()] if base_map else [])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(images)}",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _index(month: Month, options: PageOptions, drops: Sequence[SourceDrop]) -> bytes:
    from jinja2 import Environment, StrictUndefined

    frame = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = frame.from_string((SITE / "index.html").read_text(encoding="utf-8")).render(
        month=str(month),
        month_in_words=month.first_day.strftime("%B %Y"),
        policy=content_security_policy(options.base_map),
        scripts=SCRIPTS,
        links=[(visible(text), address) for text, address in options.links],
        notices=[visible(text) for text in options.notices],
        standing=options.standing,
        watermark=WORD if options.standing.synthetic else "",
        made_of=dates_of(drops),
        drops=drops,
    )
    return page.encode("utf-8")
