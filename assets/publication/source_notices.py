"""Sources to look at: what of the month's drops was not plausible, or was refused, as the report and the page say it.

What belongs here: the query, which figures may be told, and the sentences. What does not: the rules (`assets/sources`),
layouts. A figure of one business is never told: no largest value, no value of a refused row, and no total that one
business makes up or that is of few.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.method import PublicationMethod
from assets.origins import origin_of
from assets.sources import LARGEST, UNREAD
from assets.text_safety import visible

if TYPE_CHECKING:
    from assets.warehouse.steps import StepContext

SIGNIFICANT_DIGITS = 3
"""Of figures of sources: two that differ by one business's are mostly alike."""


@dataclass(frozen=True)
class Notice:
    """One thing to look at."""

    dataset: str
    title: str
    """The dataset as a reader knows it."""
    column: str
    """As the publisher calls it; empty where the notice is of the rows as such."""
    what: str
    """What was seen, with both figures."""
    accepted_because: str
    """Why a person let it pass; empty where nobody has."""

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        column = f", {self.column}" if self.column else ""
        accepted = f". Accepted by a person: {self.accepted_because}" if self.accepted_because else ""
        return f"{self.title} ({self.dataset}{column}): {self.what}{accepted}"


def source_notices(ctx: StepContext) -> list[Notice]:
    """What to look at in the month's drops: by dataset, what was not plausible before what was refused."""
    alarms = [_of_alarm(row, ctx.method.publication) for row in ctx.input("alarms").iter_rows(named=True)]
    refused = [_of_refused(row) for row in ctx.input("refused").iter_rows(named=True)]
    return sorted([*alarms, *refused], key=lambda notice: notice.dataset)


def _of_alarm(row: Mapping[str, Any], method: PublicationMethod) -> Notice:
    label, name, figure = row["label"], row["column_name"], row["figure"]
    column = "" if row["kind"] == "rows" else label if label == name else f"{label} ({name})"
    if not _may_be_told(row, method):
        beside = f" beside the drop of {row['before_as_of']}" if row["before_as_of"] else ""
        what = f"{figure} not plausible{beside}; the figures are not given"
    elif row["before"] is None:
        what = f"{figure} {_shown(row, row['now'])} in the drop of {row['as_of']}"
    else:
        what = (
            f"{figure} {_shown(row, row['before'])} in the drop of {row['before_as_of']}, "
            f"{_shown(row, row['now'])} in that of {row['as_of']}"
        )
    return _notice(row["dataset"], column, what, row["accepted_because"])


def _of_refused(row: Mapping[str, Any]) -> Notice:
    rows = "1 row" if row["row_count"] == 1 else f"{row['row_count']:,} rows"
    of = f"{rows} refused beside {row['rows_read']:,} read: {row['expected']}"
    return _notice(row["dataset"], row["label"] or "", of, None)


def _notice(dataset: str, column: str, what: str, accepted: str | None) -> Notice:
    return Notice(dataset, origin_of(dataset).title, visible(column), visible(what), visible(accepted or ""))


def _may_be_told(row: Mapping[str, Any], method: PublicationMethod) -> bool:
    if row["figure"] == LARGEST or row["kind"] is None or row["row_count"] < method.disclosure_min_firms:
        return False
    return row["figure"] != "total" or row["largest_share"] <= method.dominance_one_share


def _shown(row: Mapping[str, Any], value: float) -> str:
    if row["figure"] in ("rows with a value", "zeros", UNREAD):
        return f"{value:.0%}"
    rounded = float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    pounds = "£" if row["kind"] == "money" and row["figure"] == "total" else ""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(rounded) >= size:
            return f"{pounds}{rounded / size:,.4g}{word}"
    return f"{pounds}{rounded:,.6g}"
