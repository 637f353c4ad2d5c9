"""Whether a drop's figures are plausible: by themselves, and beside those of the dataset's drop before.

What belongs here: the rules, and the words of what breaks them. What does not: the figures (`measures`), what becomes
of an alarm (`layer`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from assets.method import SourcesMethod
from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import PASSED_OVER, ROWS
from assets.sources.problems import DropError, Problem

Verdict = Literal["warned", "blocked"]
LARGEST = "largest value"
UNREAD = "unread values"
WORDS: dict[str, Callable[[float], str]] = {
    "rows": lambda value: f"{value:,.0f} rows",
    "total": lambda value: f"a total of {value:,.0f}",
    "values above 0": lambda value: f"{value:,.0f} values above 0",
    "rows with a value": lambda value: f"a value in {value:.1%} of the rows",
    "zeros": lambda value: f"0 in {value:.1%} of the values",
    "negative values": lambda value: f"{value:,.0f} negative values",
    LARGEST: lambda value: f"{value:,.0f} as the largest value",
    "mean": lambda value: f"a mean of {value:,.4f}",
    UNREAD: lambda value: f"no code that can be read in {value:.1%} of the rows that give one",
}
"""A figure in words, by its name."""
ALARM_SCHEMA = {
    "sha256": pl.String,
    "column_name": pl.String,
    "label": pl.String,
    "figure": pl.String,
    "before_as_of": pl.Date,
    "before": pl.Float64,
    "now": pl.Float64,
    "verdict": pl.String,
    "accepted_because": pl.String,
}
"""Columns of `sources.alarms` but for `dataset` and `as_of`."""


@dataclass(frozen=True)
class Alarm:
    """A figure of a drop's column that is not plausible."""

    column: str
    label: str
    figure: str
    before: float | None
    """That of the dataset's drop before; None where there is none."""
    now: float
    verdict: Verdict
    before_as_of: date | None = None
    accepted_because: str | None = None
    """The reason for which a person let it pass."""
    example: str | None = None
    """One of the values that it is about, where there are such."""

    @property
    def stops(self) -> bool:
        """Whether the drop is refused for it."""
        return self.verdict == "blocked" and self.accepted_because is None


def find_alarms(
    dataset: Dataset, now: pl.DataFrame, before: tuple[date, pl.DataFrame] | None, method: SourcesMethod
) -> list[Alarm]:
    """What is not plausible about a drop's profile `now`, beside that of the dataset's drop before, given with its
    date."""
    presence = {measure.column: measure.presence for measure in dataset.profiled}
    then = {} if before is None else {row["column_name"]: row for row in before[1].iter_rows(named=True)}
    alarms: list[Alarm] = []
    for row in now.iter_rows(named=True):
        # How much is passed over follows from what was fetched beside the data, and harms none of it.
        if row["column_name"].startswith(PASSED_OVER):
            continue
        earlier = then.get(row["column_name"])
        found = _alarms(row, earlier, presence.get(row["column_name"], "optional"), method)
        as_of = None if before is None or earlier is None else before[0]
        alarms += [replace(alarm, before_as_of=as_of) for alarm in found]
    return alarms


def refusal(dataset: Dataset, path: str, alarms: list[Alarm], method: SourcesMethod) -> DropError | None:
    """The refusal of a drop for the alarms that stop it; None where none does."""
    problems = [
        Problem(
            path,
            _found(alarm),
            _expected(alarm, method),
            "Correct the file or have it sent again; where it is right, say so and why: "
            f'--accept {dataset.name}:{alarm.column} "..."',
            column=None if alarm.column == ROWS else _named(alarm),
        )
        for alarm in alarms
        if alarm.stops
    ]
    return DropError(problems[0], problems[1:]) if problems else None


def sentence_of(alarm: Alarm) -> str:
    """An alarm in a sentence, for the step's report."""
    column = "" if alarm.column == ROWS else f", column {_named(alarm)}"
    accepted = f"; accepted: {alarm.accepted_because}" if alarm.accepted_because else ""
    example = f" ({alarm.example})" if alarm.example else ""
    return f"{column.removeprefix(', ')}{': ' if column else ''}{_found(alarm)}{example}{accepted}"


def alarm_rows(alarms: list[Alarm], sha256: str) -> pl.DataFrame:
    """Alarms of a drop in the columns of `sources.alarms`."""
    rows = [
        {
            "sha256": sha256,
            "column_name": alarm.column,
            "label": alarm.label,
            "figure": alarm.figure,
            "before_as_of": alarm.before_as_of,
            "before": alarm.before,
            "now": alarm.now,
            "verdict": alarm.verdict,
            "accepted_because": alarm.accepted_because,
        }
        for alarm in alarms
    ]
    return pl.DataFrame(rows, schema=ALARM_SCHEMA)


def _named(alarm: Alarm) -> str:
    return alarm.column if alarm.label == alarm.column else f"{alarm.label} ({alarm.column})"


def _found(alarm: Alarm) -> str:
    now = WORDS[alarm.figure](alarm.now)
    if alarm.before is None:
        return f"the drop has {now}"
    return f"the drop has {now}; that of {alarm.before_as_of} had {WORDS[alarm.figure](alarm.before)}"


def _expected(alarm: Alarm, method: SourcesMethod) -> str:
    if alarm.figure == "values above 0":
        return "values above 0 in some rows at least"
    factor = f"{method.drop_change_block_factor:g} times as much (drop_change_block_factor)"
    return f"less than {factor}, and more than such a part of it"


def _alarms(
    now: Mapping[str, Any], before: Mapping[str, Any] | None, presence: str, method: SourcesMethod
) -> Iterator[Alarm]:
    alarm = _alarm_of(now)
    if now["kind"] == ROWS:
        if before is not None and (verdict := _change(now["row_count"], before["row_count"], method)):
            yield alarm("rows", now["row_count"], before["row_count"], verdict)
        return
    if now["kind"] == "code":
        yield from _of_codes(now, before, method)
        return
    values_before = None if before is None else _above_zero(before)
    if _above_zero(now) == 0:
        if presence == "needed" or values_before:
            yield alarm("values above 0", 0, values_before, "blocked")
        elif presence == "expected":
            yield alarm("values above 0", 0, values_before, "warned")
        return
    if now["kind"] != "coordinate" and now["negatives"]:
        yield alarm("negative values", now["negatives"], None if before is None else before["negatives"], "warned")
    if before is not None:
        yield from _changes(now, before, method)


def _of_codes(now: Mapping[str, Any], before: Mapping[str, Any] | None, method: SourcesMethod) -> Iterator[Alarm]:
    """Alarms of a column of codes: most rows may have none, so a share is held against the share before."""
    alarm, given = _alarm_of(now), _given_share(now)
    share = _unread_share(now)
    if share > method.max_unread_share:
        share_before = None if before is None else _unread_share(before)
        yield replace(alarm(UNREAD, share, share_before, "warned"), example=now["example"])
    if before is not None and (verdict := _change(given, _given_share(before), method)):
        yield alarm("rows with a value", given, _given_share(before), verdict)


def _unread_share(row: Mapping[str, Any]) -> float:
    """Values that could not be read, of those and the rows with a code."""
    given = round(_given_share(row) * row["row_count"])
    return row["unread"] / (given + row["unread"]) if row["unread"] else 0.0


def _alarm_of(now: Mapping[str, Any]) -> Callable[[str, float, float | None, Verdict], Alarm]:
    """Alarms of a column: of its figure, what it is now and was before, the verdict."""
    return lambda figure, value, before, verdict: Alarm(
        now["column_name"], now["label"], figure, before, value, verdict
    )


def _changes(now: Mapping[str, Any], before: Mapping[str, Any], method: SourcesMethod) -> Iterator[Alarm]:
    """Alarms of a column that has values, beside what it was before."""
    alarm, values_before = _alarm_of(now), _above_zero(before)
    if now["kind"] == "coordinate":
        if values_before and _is_elsewhere(now, before, method):
            yield alarm("mean", now["mean"], before["mean"], "warned")
    else:
        total, total_before = float(now["total"]), float(before["total"])
        if verdict := _change(total, total_before, method):
            yield alarm("total", total, total_before, verdict)
        if values_before and _change(now["largest"], before["largest"], method) == "blocked":
            yield alarm(LARGEST, now["largest"], before["largest"], "warned")
        if values_before and abs(now["zero_share"] - before["zero_share"]) > method.drop_change_warn_share:
            yield alarm("zeros", now["zero_share"], before["zero_share"], "warned")
    given, given_before = _given_share(now), _given_share(before)
    if abs(given - given_before) > method.drop_change_warn_share:
        verdict = _change(given, given_before, method)
        yield alarm("rows with a value", given, given_before, verdict or "warned")


def _given_share(row: Mapping[str, Any]) -> float:
    return float(1 - row["missing_share"]) if row["row_count"] else 0.0


def _above_zero(row: Mapping[str, Any]) -> int:
    """Values above 0; of coordinates those that are not 0."""
    given = round(_given_share(row) * row["row_count"])
    zeros = round((row["zero_share"] or 0) * given)
    return given - zeros - (0 if row["kind"] == "coordinate" else row["negatives"])


def _change(now: float, before: float, method: SourcesMethod) -> Verdict | None:
    """What a figure's change calls for. One that was 0 has no factor: that it is there now is looked at."""
    if now == before:
        return None
    if before <= 0 or now < 0:
        return "warned"
    if now == 0 or max(now / before, before / now) >= method.drop_change_block_factor:
        return "blocked"
    return "warned" if abs(now / before - 1) > method.drop_change_warn_share else None


def _is_elsewhere(now: Mapping[str, Any], before: Mapping[str, Any], method: SourcesMethod) -> bool:
    """Whether a coordinate's mean has moved by more than the share of what it ranged over."""
    spread = before["largest"] - before["smallest"]
    return bool(abs(now["mean"] - before["mean"]) > method.drop_change_warn_share * spread > 0)
