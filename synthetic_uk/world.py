"""The synthetic United Kingdom as a whole: drawn once from a seed, then written month by month.

What belongs here: the order in which the parts are drawn and written. What does not: any part's own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assets.months import Month, month_range
from assets.synthetic import mark_folder
from synthetic_uk.accounts import filings
from synthetic_uk.boundaries import boundary_files
from synthetic_uk.business_counts import count_rows
from synthetic_uk.companies_house import register_parts
from synthetic_uk.cordis import european_files
from synthetic_uk.directory import area_codes, directory_rows
from synthetic_uk.directory_release import documents_of, write_hosted, write_release
from synthetic_uk.drops import (
    table_writer,
    write_bytes,
    write_csv,
    write_csv_gzip,
    write_csv_zip,
    write_json_lines,
    write_text_gzip,
    write_workbook,
    write_zip,
)
from synthetic_uk.events import Events, draw_events, event_rows
from synthetic_uk.firms import Firms, draw_firms
from synthetic_uk.geography import Geography, Postcodes, draw_geography
from synthetic_uk.index_truth import item_rows
from synthetic_uk.innovate_uk import (
    DATE_COLUMNS,
    SHEET,
    applications_of_month,
    cover_of_month,
    list_of_month,
    participant_rows,
)
from synthetic_uk.labels import LABELLED_MONTHS, label_rows
from synthetic_uk.leanings import Leanings, draw_leanings
from synthetic_uk.network import Network, draw_network
from synthetic_uk.planted import Plan, draw_plan
from synthetic_uk.postcode_text import postcode_texts
from synthetic_uk.publication_drops import institution_records, publication_records
from synthetic_uk.published import pages, write_snapshot
from synthetic_uk.register_drops import company_rows, enterprise_rows, local_unit_rows, location_rows
from synthetic_uk.research import Research, draw_research
from synthetic_uk.ror import content, member_name, registry
from synthetic_uk.sectors import Sectors, draw_sectors
from synthetic_uk.settings import SMALLEST_SCALE, Extent, Settings
from synthetic_uk.streams import stream
from synthetic_uk.truth import write_truth
from synthetic_uk.ukri_drops import ukri_records

A_YEAR = 12
Progress = Callable[[str, float], None]
"""Told what is being done and the share of the whole that is done."""


@dataclass(frozen=True)
class SynthesisReport:
    """What was written."""

    out: Path
    months: tuple[Month, ...]
    scale: float
    seed: int
    rows: dict[str, dict[str, int]]
    """Rows (lines, objects) of each drop: dataset, then month."""
    clusters: dict[str, dict[str, int]]
    """Planted clusters standing in each month: month, then type."""


@dataclass(frozen=True)
class World:
    """All that is drawn before the first file is written."""

    geography: Geography
    postcodes: Postcodes
    texts: pl.Series
    sectors: Sectors
    plan: Plan
    firms: Firms
    network: Network
    research: Research
    innovate_uk: pl.DataFrame
    leanings: Leanings
    events: Events


def synthesise(
    out: Path,
    months: Sequence[Month],
    scale: float,
    seed: int,
    progress: Progress | None = None,
    settings: Settings | None = None,
    until: Month | None = None,
) -> SynthesisReport:
    """Write the drops of a synthetic United Kingdom, and the truth in it, under `out`.

    `scale` is the fraction of full size, 0.001 to 1; `months` are consecutive or not, in order. The postcode directory,
    the boundaries and the register come with the first month only, everything else every month. The same arguments
    give the same bytes. `until` is the month up to which the country is drawn, the last of `months` where None: from
    the same first month, to the same `until`, a month's files are the same however many months are written. Raises
    ValueError that names an argument out of its range.

    Tables are written in chunks; what is held is arrays of numbers, 2 GB at full size and 0.5 GB at 1:20.
    """
    _check(months, scale, until)
    tell = progress or (lambda _message, _share: None)
    tell("Drawing places, firms and projects", 0.0)
    further = month_range(months[-1], until)[1:] if until else []
    extent = Extent(scale, (*months, *further), seed, settings or Settings())
    world = draw_world(extent)
    rows: dict[str, dict[str, int]] = {}
    clusters: dict[str, dict[str, int]] = {}
    for number, month in enumerate(months):
        tell(f"Writing the drops of {month}", (number + 0.5) / (len(months) + 0.5))
        for dataset, count in _write_month(out, world, extent, number).items():
            rows.setdefault(dataset, {})[str(month)] = count
        standing = write_truth(
            out / "truth" / str(month),
            world.plan,
            world.network,
            world.firms,
            world.sectors,
            world.postcodes,
            world.texts,
            number,
        )
        clusters[str(month)] = dict(standing["cluster_type"].value_counts().sort("cluster_type").iter_rows())
    tell("Done", 1.0)
    return SynthesisReport(out, tuple(months), scale, seed, rows, clusters)


def drawn_until(months: Sequence[Month]) -> Month:
    """Up to which month a country is drawn of which these months are wanted: by whole years from the first, so that
    months can be added within the year and those there stay as they are."""
    first, last = months[0], months[-1]
    return first.plus(A_YEAR * -(-len(month_range(first, last)) // A_YEAR) - 1)


def draw_world(extent: Extent) -> World:
    """Draw everything."""
    scale, months, seed, settings = extent.scale, extent.months, extent.seed, extent.settings
    geography = draw_geography(scale, seed, settings)
    sectors = draw_sectors(scale, seed, settings)
    plan = draw_plan(geography, sectors, scale, len(months), seed, settings)
    postcodes = with_planted(geography, plan, seed)
    texts = postcode_texts(postcodes.x_m, postcodes.y_m, postcodes.is_ni)
    firms = draw_firms(geography, postcodes, sectors, plan, extent)
    network = draw_network(geography, postcodes, plan, firms, extent)
    research = draw_research(firms, network, months, scale, seed, settings)
    participants = participant_rows(geography, postcodes, texts, firms, network.applications, months, seed, settings)
    leanings = draw_leanings(geography, postcodes, sectors, settings)
    events = draw_events(geography, postcodes, leanings, months, scale, seed, settings)
    return World(geography, postcodes, texts, sectors, plan, firms, network, research, participants, leanings, events)


def with_planted(geography: Geography, plan: Plan, seed: int) -> Postcodes:
    """The base postcodes followed by those of planted groups, which draw other business like any live postcode."""
    base = geography.postcodes
    town = geography.nearest_town(plan.postcode_x_m, plan.postcode_y_m, plan.postcode_is_ni)
    count = len(plan.postcode_x_m)
    drawn = stream(seed, "planted", "postcodes").choice(base.draw[~base.is_terminated], count)
    return Postcodes(
        x_m=np.concatenate([base.x_m, plan.postcode_x_m]),
        y_m=np.concatenate([base.y_m, plan.postcode_y_m]),
        is_ni=np.concatenate([base.is_ni, plan.postcode_is_ni]),
        town=np.concatenate([base.town, town]),
        region=np.concatenate([base.region, geography.settlements.region[town]]),
        draw=np.concatenate([base.draw, drawn]),
        is_terminated=np.concatenate([base.is_terminated, np.zeros(count, dtype=bool)]),
    )


def _check(months: Sequence[Month], scale: float, until: Month | None) -> None:
    if not SMALLEST_SCALE <= scale <= 1:
        raise ValueError(f"scale {scale} is out of range: expected {SMALLEST_SCALE} (1:1000) to 1 (full size)")
    if not months or list(months) != sorted(set(months)):
        raise ValueError(f"months {[str(month) for month in months]}: expected one or more, each once, in order")
    if until and until < months[-1]:
        raise ValueError(f"the country is drawn until {until}: expected {months[-1]}, the last of its months, or later")


def _write_month(out: Path, world: World, extent: Extent, number: int) -> dict[str, int]:
    """Write all drops of a month; rows by dataset."""
    once = _write_once(out, world, extent) if number == 0 else {}
    public = _write_public(out, world, extent, number) if extent.settings.public else {}
    return {**once, **_write_tables(out, world, extent, number), **_write_records(out, world, extent, number), **public}


def _write_public(out: Path, world: World, extent: Extent, number: int) -> dict[str, int]:
    """Write a month's drops that stand in for the closed sources; the counts come with the first month only."""
    month, firms, sectors = extent.months[number], world.firms, world.sectors
    participants = list_of_month(world.innovate_uk, number, month)
    european, participations = european_files(participants, world.postcodes, world.texts, extent.seed)
    institutions = institution_records(world.research, world.geography, firms, world.postcodes, number)
    organisations = registry(institutions.values())
    written = {
        "companies_house": sum(
            write_csv_zip(out / "companies_house" / str(month) / f"{name}.zip", f"{name}.csv", frames, quoted=True)
            for name, frames in register_parts(firms, sectors, world.texts, month, extent.seed)
        ),
        "accounts": write_zip(
            out / "accounts" / f"{month}.zip", filings(firms, month, extent.seed, extent.settings.filings_a_year)
        ),
        "cordis": participations,
        "ror": len(organisations),
    }
    write_zip(out / "ror" / f"{month}.zip", [(member_name(month), content(organisations))])
    for name, members in european.items():
        write_zip(out / "cordis" / str(month) / name, members.items())
    if number == 0:
        counts = count_rows(world.geography, world.postcodes, firms, sectors, extent.scale, month.year)
        text = counts.write_csv(quote_style="non_numeric")
        written["business_counts"] = write_text_gzip(out / "business_counts" / f"{month}.csv.gz", text, counts.height)
    return written


def _write_once(out: Path, world: World, extent: Extent) -> dict[str, int]:
    """Write what comes with the first month only."""
    month, seed = extent.months[0], extent.seed
    extension, write_table = table_writer(extent.scale)
    mark_folder(out / "boundaries" / str(month))
    return {
        "postcodes": _write_directory(out / "postcodes", world, extent),
        "boundaries": sum(
            write_bytes(out / "boundaries" / str(month) / name, content, areas)
            for name, content, areas in boundary_files(world.geography, month)
        ),
        "idbr_enterprises": write_table(
            out / "idbr_enterprises" / f"{month}.{extension}", enterprise_rows(world.firms, world.sectors, seed)
        ),
        "idbr_local_units": write_table(
            out / "idbr_local_units" / f"{month}.{extension}",
            local_unit_rows(world.firms, world.sectors, world.texts, seed),
        ),
    }


def _write_directory(folder: Path, world: World, extent: Extent) -> int:
    """Write the postcode directory in the layout that the settings say."""
    month, settings = extent.months[0], extent.settings
    rows = directory_rows(world.geography, world.postcodes, world.texts, month, extent.seed, settings)
    if settings.directory == "hosted":
        return write_hosted(folder / f"{month}.csv.gz", rows)
    documents = documents_of(area_codes(world.geography), world.geography.settlements.names, month)
    return write_release(folder / f"{month}.zip", month, rows, documents)


def _write_tables(out: Path, world: World, extent: Extent, number: int) -> dict[str, int]:
    """Write a month's drops that are tables, and what is true of the Index's items."""
    month, months, seed, settings = extent.months[number], extent.months, extent.seed, extent.settings
    extension, write_table = table_writer(extent.scale)
    firms, postcodes, leanings = world.firms, world.postcodes, world.leanings
    written = {
        "rtic_companies": write_table(
            out / "rtic_companies" / f"{month}.{extension}",
            company_rows(firms, world.sectors, postcodes, leanings, number, seed, settings),
        ),
        "rtic_locations": write_table(
            out / "rtic_locations" / f"{month}.{extension}", location_rows(firms, world.texts, number, seed)
        ),
        "innovate_uk": write_workbook(
            out / "innovate_uk" / f"{month}.xlsx",
            list_of_month(world.innovate_uk, number, month),
            DATE_COLUMNS,
            SHEET,
            cover_of_month(month, number),
        ),
        "innovate_uk_applications": write_csv_gzip(
            out / "innovate_uk_applications" / f"{month}.csv.gz",
            [applications_of_month(world.innovate_uk, number, month)],
        ),
        "events": write_csv_gzip(
            out / "events" / f"{month}.csv.gz",
            event_rows(world.events, postcodes, world.texts, months, number, seed, settings),
        ),
    }
    if number < LABELLED_MONTHS:
        labels = label_rows(number, seed, settings)
        written["training_labels"] = write_csv_gzip(
            out / "training_labels" / f"{month}.csv.gz", [labels.select("text", "categories")]
        )
        write_csv(out / "truth" / str(month) / "training_labels.csv", labels.select("text", "true_categories"))
    write_table(
        out / "truth" / str(month) / f"index_items.{extension}",
        item_rows(leanings, firms, postcodes, world.events, world.research, extent, number),
    )
    return written


def _write_records(out: Path, world: World, extent: Extent, number: int) -> dict[str, int]:
    """Write a month's drops that are objects, as their publishers file them; returns the objects of each."""
    month, seed = extent.months[number], extent.seed
    ukri = ukri_records(world.research, world.firms, world.postcodes, world.texts, number, seed)
    for name, listed in ukri.items():
        write_json_lines(out / "ukri" / str(month) / f"{name}-000.jsonl.gz", pages(name, listed))
    publications = publication_records(
        world.research,
        world.geography,
        world.firms,
        world.postcodes,
        world.leanings,
        number,
        seed,
        extent.settings,
    )
    folder = out / "publications" / str(month)
    written = write_snapshot(folder, publications.by_day(month.last_day), publications.deleted, month.last_day)
    return {"ukri": sum(listed.total for listed in ukri.values()), "publications": sum(written.values())}
