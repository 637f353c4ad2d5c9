"""Innovation events: meetings, talks and workshops near the centres of towns.

What belongs here: drawing them, and the drop `events`. What does not: their words (`wording`).

A drop has the events of two years up to its month, so that every month some are new and as many are gone; a few get
another venue. Some have coordinates, some a postcode, some both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Floats, Integers
from assets.months import Month
from synthetic_uk.drops import chunks
from synthetic_uk.geography import Geography, Postcodes, to_degrees
from synthetic_uk.leanings import Leanings, drawn_masks
from synthetic_uk.settings import Settings
from synthetic_uk.streams import choose, scattered, stream
from synthetic_uk.wording import EVENT, compose

_SOURCES = ("eventbrite", "meetup", "opentechcalendar")
_SOURCE_SHARES = np.array([0.5, 0.4, 0.1])
_FIRST_IDS = np.array([70_000_000_000, 240_000_000, 4_000])
_ID_STEPS = np.array([7_919, 331, 1])
_FEWEST = 48
_CENTRE_M = 900.0
"""Standard deviation of venues around the centre of a town of 100,000 people."""
_ANYWHERE_IN_TOWN = 1e-6
"""Weight far from the centre, beside 1 at it: where a town has nothing nearer."""
_URBAN = 1.5
_COORDINATES_ONLY, _POSTCODE_ONLY = 0.45, 0.25
_JITTER_M = 40.0
_UNKNOWN_ATTENDANCE_SHARE = 0.2


@dataclass(frozen=True)
class Events:
    """Events in the order of their dates, those before the first drop among them."""

    month: Integers
    """Month of the event, counted in calendar months from the first drop's; negative before it."""
    day: Integers
    source: Integers
    mask: Integers
    """Categories."""
    venue: Integers
    """Postcode."""
    later_venue: Integers
    """Postcode from `moves_in` on."""
    moves_in: Integers
    """Calendar months from the first drop's."""
    jitter_m: Floats
    """Events x 2."""

    def standing(self, month: int, settings: Settings) -> Integers:
        """Numbers of the events in the drop of a calendar month, counted from the first drop's."""
        return np.flatnonzero((self.month <= month) & (self.month > month - settings.event_months))

    def keys(self, numbers: Integers) -> pl.DataFrame:
        """`source` and `event_id`."""
        source = self.source[numbers]
        return pl.DataFrame(
            {
                "source": pl.Series(_SOURCES).gather(source),
                "event_id": pl.Series(_FIRST_IDS[source] + _ID_STEPS[source] * numbers).cast(pl.String),
            }
        )


def months_between(first: Month, month: Month) -> int:
    """Calendar months from one month to another."""
    return 12 * (month.year - first.year) + month.number - first.number


def draw_events(
    geography: Geography,
    postcodes: Postcodes,
    leanings: Leanings,
    months: Sequence[Month],
    scale: float,
    seed: int,
    settings: Settings,
) -> Events:
    """All events of the months of a synthesis and of the two years before."""
    rng = stream(seed, "events")
    a_month = max(_FEWEST, settings.events * scale) / settings.event_months
    earliest = 1 - settings.event_months
    calendar = months_between(months[0], months[-1]) - earliest + 1
    count = round(a_month * calendar)
    month = earliest + np.minimum((np.arange(count) / a_month).astype(np.int64), calendar - 1)
    venue = choose(rng, _venue_weights(geography, postcodes), count)
    town = postcodes.town[venue]
    moves_in = np.maximum(month, 0) + rng.geometric(settings.monthly_event_moves_share, count)
    number = np.arange(count)
    return Events(
        month=month,
        day=rng.integers(0, 28, count),
        source=choose(rng, _SOURCE_SHARES, count),
        mask=drawn_masks(leanings.probabilities(town, settings.event_factor), number, seed, EVENT),
        venue=venue,
        later_venue=_another_in_town(venue, town),
        moves_in=moves_in,
        jitter_m=rng.standard_normal((count, 2)) * _JITTER_M,
    )


def event_rows(
    events: Events,
    postcodes: Postcodes,
    texts: pl.Series,
    months: Sequence[Month],
    number: int,
    seed: int,
    settings: Settings,
) -> Iterator[pl.DataFrame]:
    """The columns of the drop `events` of a month, in chunks."""
    month = months_between(months[0], months[number])
    standing = events.standing(month, settings)
    for part in chunks(len(standing)):
        rows = standing[part]
        venue = np.where(events.moves_in[rows] <= month, events.later_venue[rows], events.venue[rows])
        latitude, longitude = to_degrees(
            postcodes.x_m[venue] + events.jitter_m[rows, 0],
            postcodes.y_m[venue] + events.jitter_m[rows, 1],
            postcodes.is_ni[venue],
        )
        shown = scattered(seed, "event place", rows)
        attendance = np.floor(np.exp(2.2 + 2.5 * scattered(seed, "event attendance", rows) ** 2)).astype(np.int64)
        frame = pl.DataFrame(
            {
                **events.keys(rows).to_dict(),
                **compose(EVENT, events.mask[rows], rows, seed).to_dict(),
                "start_date": (np.datetime64(str(months[0])) + events.month[rows]).astype("datetime64[D]")
                + events.day[rows],
                "latitude": latitude.round(5),
                "longitude": longitude.round(5),
                "postcode": texts.gather(venue),
                "attendees": attendance,
                "has_postcode": shown >= _COORDINATES_ONLY,
                "has_coordinates": (shown < _COORDINATES_ONLY) | (shown >= _COORDINATES_ONLY + _POSTCODE_ONLY),
                "is_counted": scattered(seed, "event count", rows) >= _UNKNOWN_ATTENDANCE_SHARE,
            }
        )
        yield frame.select(
            "event_id",
            "source",
            "title",
            pl.col("text").alias("description"),
            "start_date",
            pl.when("has_coordinates").then("latitude").alias("latitude"),
            pl.when("has_coordinates").then("longitude").alias("longitude"),
            pl.when("has_postcode").then("postcode").alias("postcode"),
            pl.when("is_counted").then("attendees").alias("attendees"),
        )


def _venue_weights(geography: Geography, postcodes: Postcodes) -> Floats:
    """How likely an event is at each postcode: towns by their people, and in a town what is near its centre."""
    towns = geography.settlements
    town = postcodes.town
    centre_m = _CENTRE_M * (towns.population[town] / 100_000) ** 0.4
    apart_m = np.hypot(postcodes.x_m - towns.x_m[town], postcodes.y_m - towns.y_m[town])
    near = np.exp(-0.5 * (apart_m / centre_m) ** 2) + _ANYWHERE_IN_TOWN
    near = near * postcodes.draw * ~postcodes.is_terminated
    of_town = np.bincount(town, near, minlength=towns.towns)
    wanted = towns.population[: towns.towns] * np.where(towns.is_primary_urban_area, _URBAN, 1.0)
    return near * np.divide(wanted, of_town, out=np.zeros(towns.towns), where=of_town > 0)[town]


def _another_in_town(venue: Integers, town: Integers) -> Integers:
    """For each event the venue of the next event in the same town; of the last in a town, that of the first."""
    order = np.argsort(town, kind="stable")
    ordered = town[order]
    first = np.searchsorted(ordered, ordered, side="left")
    last = np.searchsorted(ordered, ordered, side="right") - 1
    place = np.arange(len(order))
    following = np.where(place < last, place + 1, first)
    another = np.empty_like(venue)
    another[order] = venue[order[following]]
    return another
