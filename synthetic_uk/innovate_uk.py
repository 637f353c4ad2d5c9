"""Innovate UK's list of participants and the list of all applications, in the publisher's 27 columns and habits.

What belongs here: applications as rows. What does not: who applies with whom (`network`).

Habits kept: sizes spelled many ways; registration numbers missing, cut or "N/A"; postcodes missing, without space or
in lower case; some rows twice; participants and projects that withdrew, projects on hold; partners abroad; awards of
nothing and awards not given, pounds with pence; a Local Enterprise Partnership in England alone; descriptions of
several paragraphs; a sheet with notes before the table in some months.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers
from assets.months import Month
from synthetic_uk.directory import district_names, region_names
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes
from synthetic_uk.names import abbreviated, untidy
from synthetic_uk.network import Applications
from synthetic_uk.partnerships import partnerships
from synthetic_uk.register import SPECIAL_KINDS
from synthetic_uk.settings import Settings
from synthetic_uk.streams import OVERSEAS, scattered, stream

# fmt: off
COLUMNS: tuple[str, ...] = (
    "Competition Reference", "Competition Title", "Programme Title", "Sector", "Application Number", "Project Number",
    "Project Title", "Public Description", "Competition Year", "Innovate UK Product Type", "Participant Name",
    "Is Lead Participant", "CRN", "Project Start Date", "Project End Date", "Award Offered (£)", "Total Costs (£)",
    "Actual Spend to Date (£)", "Participant Withdrawn From Project", "Project Status", "Enterprise Size", "Postcode",
    "Address Region", "Address LEP", "Address Local Authority", "In Multiple LEPs",
    "Industrial Strategy Challenge Fund (ISCF)",
)
# fmt: on
OUTCOME = "Application Outcome"
ENDS = "ends"
"""When a project ends, whether its row says so or not: from then on it is closed."""
SHEET = "Funded Projects"
_WITHDRAWN_SHARE, _ON_HOLD_SHARE = 0.01, 0.01
"""Of the funded projects."""
DATE_COLUMNS = frozenset({"Project Start Date", "Project End Date"})
_SIZES = {
    "small": ("Micro/small", "Small", "Micro", "Micro / Small", "micro/small", "SME: Micro/Small"),
    "medium": ("Medium", "medium", "Medium sized"),
    "large": ("Large", "LARGE", "Large enterprise"),
    "academic": ("Academic", "Academic/Research", "University (HEI)"),
    "other": ("Public Sector", "RTO", "Charity"),
}
_SECTORS = pl.Series(
    ["Advanced materials", "Digital", "Health and nutrition", "Net zero", "Transport", "Open", "Space", "Agri-tech"]
)
_ABBREVIATED_SHARE = 0.015
_PENCE_SHARES = {"Award Offered (£)": 0.1, "Total Costs (£)": 0.05, "Actual Spend to Date (£)": 0.9}
"""Of each column's amounts, those that are no whole pounds; of ten real rows one award, no cost and both spends."""
_TWO_PARTNERSHIPS_SHARE = 0.02
"""Of rows in England, those whose district was in two Local Enterprise Partnerships."""
_PRODUCTS = pl.Series(["Collaborative R&D", "Feasibility Studies", "GRD Development of Prototype", "Study"])
_TOPICS = pl.Series(
    [
        "batteries",
        "diagnostics",
        "sensors",
        "robotics",
        "crops",
        "composites",
        "software",
        "hydrogen",
        "vaccines",
        "lasers",
    ]
)


def participant_rows(
    geography: Geography,
    postcodes: Postcodes,
    texts: pl.Series,
    firms: Firms,
    applications: Applications,
    months: Sequence[Month],
    seed: int,
    settings: Settings,
) -> pl.DataFrame:
    """All rows of all months: the 27 columns, the outcome, `month`, the first drop that has the row, and when it ends.

    The status of a project that a drop's month decides is null.
    """
    rng = stream(seed, "innovate_uk", "text")
    application, participant = applications.participant_application, applications.participant
    rows = len(application)
    by_application = _with_other_status(_application_columns(rng, applications, months, settings), seed)
    frame = by_application[application.tolist()]
    is_lead = np.concatenate([[True], application[1:] != application[:-1]])
    is_abroad = participant >= OVERSEAS
    number = np.where(is_abroad, 0, participant)
    home = firms.home[number]
    names = abbreviated(firms.names(participant), rng.random(rows) < _ABBREVIATED_SHARE)
    is_special = ~is_abroad & (number < len(firms.special_names))
    award = np.round(rng.lognormal(11.4, 1.1, rows)).astype(np.int64)
    chance = rng.random(rows)
    award = np.where(chance < 0.03, 0, award)
    is_funded = frame[OUTCOME] == "Funded"
    not_given = pl.Series(chance > 0.94) | ~is_funded
    costs = np.round(award / rng.uniform(0.4, 0.95, rows)).astype(np.int64) + 5_000
    spent = np.round(award * rng.uniform(0, 1, rows)).astype(np.int64)
    has_place = ~is_abroad
    frame = frame.with_columns(
        pl.Series("Participant Name", untidy(names, rng.integers(0, 24, rows))),
        pl.Series("Is Lead Participant", np.where(is_lead, "Yes", "No")),
        pl.Series("CRN", _numbers(rng, firms.company_numbers(number), is_abroad)),
        pl.Series("Award Offered (£)", award).set(not_given, None),
        pl.Series("Total Costs (£)", costs).set(pl.Series(rng.random(rows) < 0.04), None),
        pl.Series("Actual Spend to Date (£)", spent).set(not_given, None),
        pl.Series(
            "Participant Withdrawn From Project", np.where(rng.random(rows) < 0.03, "Voluntary Withdrawal", "Active")
        ),
        pl.Series("Enterprise Size", _sizes(rng, firms, number, is_special, is_abroad)),
        pl.Series("Postcode", _postcodes(rng, texts.gather(home), is_abroad)),
        pl.Series("Address Region", region_names(postcodes, home)).set(pl.Series(~has_place), "Outside UK"),
        pl.Series("Address LEP", partnerships(geography).gather(postcodes.town[home])).set(pl.Series(~has_place), None),
        pl.Series("Address Local Authority", district_names(geography, postcodes, home)).set(
            pl.Series(~has_place), None
        ),
        pl.Series("In Multiple LEPs", ["No"] * rows),
    ).select(*COLUMNS, OUTCOME, "month", ENDS)
    frame = _with_pence(_in_two_partnerships(frame, seed), seed)
    twice = frame.with_row_index("order").filter(pl.Series(rng.random(rows) < 0.005))
    return pl.concat([frame.with_row_index("order"), twice]).sort("order", maintain_order=True).drop("order")


def list_of_month(rows: pl.DataFrame, number: int, month: Month) -> pl.DataFrame:
    """The published list of a month: participants of funded projects."""
    return applications_of_month(rows, number, month).filter(pl.col(OUTCOME) == "Funded").select(COLUMNS)


def cover_of_month(month: Month, number: int) -> Sequence[str]:
    """What stands on the sheet before the table; nothing in the first month and every second after it."""
    if number % 2 == 0:
        return ()
    return ("Innovate UK funded projects", f"As of {month}", "Awards are offers; spend is to date.")


def applications_of_month(rows: pl.DataFrame, number: int, month: Month) -> pl.DataFrame:
    """The list of all applications of a month, with the outcome."""
    by_date = pl.when(pl.col(ENDS) <= month.last_day).then(pl.lit("Closed")).otherwise(pl.lit("Live"))
    there = rows.filter(pl.col("month") <= number)
    return there.with_columns(pl.col("Project Status").fill_null(by_date)).select(*COLUMNS, OUTCOME)


def _application_columns(
    rng: np.random.Generator, applications: Applications, months: Sequence[Month], settings: Settings
) -> pl.DataFrame:
    """What all participants of an application share. The history ends with the month before the first drop."""
    count = len(applications.month)
    index = np.arange(count)
    before = rng.integers(1, settings.history_months + 1, count)
    begun = [
        (months[month] if month else months[0].plus(-int(earlier))).first_day
        for month, earlier in zip(applications.month, before, strict=True)
    ]
    start = pl.Series("start", begun, dtype=pl.Date)
    year = start.dt.year() - (start.dt.month() < 4).cast(pl.Int32)
    length_months = pl.Series(rng.integers(6, 37, count))
    is_funded = pl.Series(rng.random(count) >= settings.not_funded_share)
    # Most applicants give the start they plan; without one the competition's year is all that is known of the date.
    undated = ~is_funded & pl.Series((rng.random(count) < 0.15) & (before < 60))
    topic = _TOPICS.gather(rng.integers(0, len(_TOPICS), count))
    sector = _SECTORS.gather(rng.integers(0, len(_SECTORS), count))
    frame = pl.DataFrame({"start": start, "months": length_months, "year": year, "topic": topic, "sector": sector})
    year_text = pl.format("{}/{}", "year", ((pl.col("year") + 1) % 100).cast(pl.String).str.zfill(2))
    end = frame.select(pl.col("start").dt.offset_by(pl.format("{}mo", "months"))).to_series()
    return frame.select(
        pl.format("{}_{}", pl.col("year") % 100, pl.col("sector").str.head(3).str.to_uppercase()).alias(
            "Competition Reference"
        ),
        pl.format("{}: {} round", "sector", year_text).alias("Competition Title"),
        pl.lit("Responsive").alias("Programme Title"),
        pl.col("sector").alias("Sector"),
        pl.Series("Application Number", 10_000_000 + index * 7).cast(pl.String),
        pl.Series("Project Number", 100_000 + index * 3).cast(pl.String).set(~is_funded, None),
        pl.format("Better {} for {}", "topic", pl.col("sector").str.to_lowercase()).alias("Project Title"),
        pl.format("**The project brings {} to market.**\n\nIts partners share what they learn.", "topic").alias(
            "Public Description"
        ),
        year_text.alias("Competition Year"),
        pl.Series("Innovate UK Product Type", _PRODUCTS.gather(rng.integers(0, len(_PRODUCTS), count))),
        pl.Series("Project Start Date", start).set(undated, None),
        pl.Series("Project End Date", end).set(~is_funded, None),
        pl.lit(None, pl.String).alias("Project Status"),
        pl.Series(ENDS, end),
        pl.Series("Industrial Strategy Challenge Fund (ISCF)", np.where(rng.random(count) < 0.1, "Yes", "No")),
        pl.Series(OUTCOME, np.where(is_funded.to_numpy(), "Funded", "Not funded")),
        pl.Series("month", applications.month),
    )


def _with_pence(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Some amounts with pence: of their own, so that no draw depends on it. What is nothing stays so."""
    number = np.arange(rows.height)
    chances = {name: pl.Series(scattered(seed, f"pence of {name}", number)) for name in _PENCE_SHARES}
    return rows.with_columns(
        pl.when((chances[name] < share) & (pl.col(name) > 0))
        .then(pl.col(name) + (1 + np.floor(chances[name] / share * 99)) / 100)
        .otherwise(pl.col(name).cast(pl.Float64))
        .round(2)
        .alias(name)
        for name, share in _PENCE_SHARES.items()
    )


def _in_two_partnerships(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    chance = pl.Series(scattered(seed, "two partnerships", np.arange(rows.height)))
    is_two = pl.col("Address LEP").is_not_null() & (chance < _TWO_PARTNERSHIPS_SHARE)
    return rows.with_columns(
        pl.when(is_two).then(pl.lit("Yes")).otherwise("In Multiple LEPs").alias("In Multiple LEPs")
    )


def _with_other_status(by_application: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Some of the funded projects withdrawn, some on hold: drawn for itself, so that no other draw depends on it."""
    chance = pl.Series(stream(seed, "innovate_uk", "status").random(by_application.height))
    is_funded = pl.col(OUTCOME) == "Funded"
    return by_application.with_columns(
        pl.when(is_funded & (chance < _WITHDRAWN_SHARE))
        .then(pl.lit("Withdrawn"))
        .when(is_funded & (chance < _WITHDRAWN_SHARE + _ON_HOLD_SHARE))
        .then(pl.lit("On Hold"))
        .otherwise("Project Status")
        .alias("Project Status")
    )


def _numbers(rng: np.random.Generator, numbers: pl.Series, is_abroad: Bools) -> pl.Series:
    frame = pl.DataFrame({"number": numbers, "chance": rng.random(len(numbers)), "abroad": is_abroad})
    chance = pl.col("chance")
    return frame.select(
        pl.when(pl.col("abroad") | (chance < 0.10))
        .then(None)
        .when(chance < 0.11)
        .then(pl.lit("N/A"))
        .when(chance < 0.17)
        .then(pl.col("number").str.strip_chars_start("0"))
        .otherwise("number")
    ).to_series()


def _postcodes(rng: np.random.Generator, texts: pl.Series, is_abroad: Bools) -> pl.Series:
    frame = pl.DataFrame({"text": texts, "chance": rng.random(len(texts)), "abroad": is_abroad})
    chance = pl.col("chance")
    return frame.select(
        pl.when(pl.col("abroad") & (chance < 0.5))
        .then(pl.lit("D-80333"))
        .when(pl.col("abroad") | (chance < 0.05))
        .then(None)
        .when(chance < 0.15)
        .then(pl.col("text").str.replace(" ", ""))
        .when(chance < 0.19)
        .then(pl.col("text").str.to_lowercase())
        .otherwise("text")
    ).to_series()


def _sizes(rng: np.random.Generator, firms: Firms, number: Integers, is_special: Bools, is_abroad: Bools) -> pl.Series:
    chance = rng.random(len(number))
    size = np.where(chance < 0.75, 0, np.where(chance < 0.88, 1, 2))
    kind = firms.special_kind[np.where(is_special, number, 0)]
    size = np.where(is_special, np.where(kind == SPECIAL_KINDS.index("university"), 3, 4), size)
    spellings = list(_SIZES.values())
    offsets = np.cumsum([0, *(len(spelling) for spelling in spellings)])
    width = np.array([len(spelling) for spelling in spellings])[size]
    chosen = offsets[size] + np.floor(rng.random(len(number)) * width).astype(np.int64)
    every = pl.Series([text for spelling in spellings for text in spelling])
    missing = pl.Series(is_abroad | (rng.random(len(number)) < 0.03))
    return every.gather(chosen).set(missing, None)
