"""A drop that is a table: columns found, values of their kinds, rows refused one by one, keys held.

What belongs here: what every tabular reader does. What does not: any one dataset's columns or rules.
Rows stream through Parquet files, so a drop may be larger than memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from assets.disk import is_disk_full
from assets.sources.files.kinds import Choose, everything, plain_files, unreadable
from assets.sources.files.separated import SEMICOLON, uneven_row
from assets.sources.files.text_table import TextTable
from assets.sources.files.text_tables import text_table
from assets.sources.files.workbooks import ERROR_TEXTS
from assets.sources.problems import DropError, Problem, shown
from assets.sources.reading.contract import REJECTED_SCHEMA, Codes, Delivery, Desk
from assets.sources.values.columns import Column, locate, missing
from assets.sources.values.refusals import FIRST_FAILURES, check_share, passed_over, rejected_rows

PLACE = ("file", "row", "drop_row")
"""Where a row came from: its file, the row of that file, and the row of the drop, whose files are counted through."""
REFUSED = "refused:"
"""Prefix of the columns that hold a text that is not of its column's kind."""
SCRATCH_COMPRESSION: Literal["lz4"] = "lz4"
"""Of files that are read once and thrown away: quick rather than small."""
KEY = "key:"
"""Prefix of the columns that hold what is compared of a key."""
UNREAD = "unread:"
"""Prefix of the columns that hold a text that is not of its lenient column's kind, and was left out."""
TEXT_OF = "text:"
"""Prefix of the columns that hold a value as text."""


class Table:
    """The rows of a drop, narrowed by what is refused.

    Making one, and every `refuse`, raises DropError where the refused rows pass the desk's share. A row with nothing
    in any of the columns is passed over.
    """

    def __init__(
        self,
        delivery: Delivery,
        columns: Sequence[Column],
        desk: Desk,
        *,
        choose: Choose = everything,
        hash_rows: bool = False,
    ) -> None:
        """Read the drop.

        `choose` picks the files and members of archives that hold the table, where not all do. `hash_rows` keeps a
        hash of all that stands in a row, so that `pass_over_repeats` can be called.
        """
        self._desk = desk
        self._columns = tuple(columns)
        self._kinds = {column.name: column.kind for column in columns}
        self._labels = {column.name: column.label for column in columns}
        self._staged: list[Path] = []
        self._rejected = [pl.DataFrame(schema=REJECTED_SCHEMA)]
        self._refused_rows: set[int] = set()
        self._passed_over: set[int] = set()
        last_row = 0
        for part in plain_files(delivery.parts, desk.scratch, choose):
            table = text_table(part, lambda header: not missing(header, columns))
            _check_header(table, columns, desk)
            last_row = self._stage(table, last_row, hash_rows)
        self.rows_read = self._all().select(pl.len()).collect().item() if self._staged else 0
        if self.rows_read == 0:
            remedy = "Export the file again, with its rows"
            raise DropError(Problem(delivery.drop.path, "there are no rows of data", "a header and rows", remedy))
        self._refuse_wrong_kinds()
        self._refuse_beyond_limits()

    @property
    def rows(self) -> pl.LazyFrame:
        """The rows that are not refused, in the drop's order: `file`, `row`, `drop_row`, a value for each column."""
        return self._kept().drop(f"{UNREAD}{column.name}" for column in self._columns if column.kind.says_none)

    def _kept(self) -> pl.LazyFrame:
        """The rows that are not refused, with what was left out of them."""
        marks = [f"{REFUSED}{column.name}" for column in self._columns]
        kept = self._all().filter([pl.col(mark).is_null() for mark in marks]).drop(marks)
        left_out = pl.Series(sorted(self._refused_rows | self._passed_over), dtype=pl.Int64)
        return kept if left_out.is_empty() else kept.filter(~pl.col("drop_row").is_in(left_out.implode()))

    def codes(self, column: str, *parts: str, where: pl.Expr | None = None) -> Codes:
        """What stands in a column of codes, or in several that are one together, of the rows that are not refused and
        of which `where` is true."""
        names = parts or (column,)
        rows = self._kept() if where is None else self._kept().filter(where)
        marks = [f"{UNREAD}{name}" for name in names if self._kinds[name].says_none]
        found = (
            rows.select(
                pl.len().alias("rows"),
                pl.any_horizontal(pl.col(name).is_not_null() for name in names).sum().alias("given"),
                pl.sum_horizontal(pl.lit(0), *(pl.col(mark).count() for mark in marks)).alias("unread"),
            )
            .collect()
            .row(0, named=True)
        )
        example = None
        if found["unread"]:
            is_unread = pl.any_horizontal(pl.col(mark).is_not_null() for mark in marks)
            file, row, value = rows.filter(is_unread).select("file", "row", pl.coalesce(marks)).head(1).collect().row(0)
            example = f"row {row} of {file}: {self._desk.shown(value)}"
        return Codes(column, found["rows"], found["given"], found["unread"], example)

    @property
    def rejected(self) -> pl.DataFrame:
        """The rows refused or passed over, in the columns of `sources.rejected`."""
        return pl.concat(self._rejected)

    def label(self, column: str) -> str:
        """A column's header in the publisher's spelling."""
        return self._labels[column]

    def refuse(self, failing: pl.LazyFrame, column: str, expected: str) -> None:
        """Refuse rows (a selection of `rows`, with the `value` that failed as text) one by one."""
        self._refuse(failing.with_columns(column_name=pl.lit(self.label(column)), expected=pl.lit(expected)))

    def pass_over_repeats(self) -> None:
        """Leave out rows that repeat an earlier one in all that stands in them: nothing is lost with them."""
        self.pass_over(self.rows.filter(~pl.col("row_hash").is_first_distinct()), "repeated row")

    def pass_over(self, rows: pl.LazyFrame, reason: str) -> None:
        """Leave out rows (a selection of `rows`) that are right and of no use, with the reason.

        They are kept among the rejected, and do not count towards the share of refused rows.
        """
        found = rows.select(*PLACE).sort("drop_row").collect()
        self._passed_over |= set(found["drop_row"])
        self._rejected.append(passed_over(found, reason))

    def refuse_repeats(self, key: Mapping[str, pl.Expr], rows: pl.LazyFrame | None = None) -> None:
        """Refuse rows whose key an earlier row has, one by one, whatever their other columns say.

        `key` are columns of the table, each with what is compared of it; a key with a null is none. `rows` are
        `self.rows`, or some of them.
        """
        kept = self.rows if rows is None else rows
        parts = [f"{KEY}{name}" for name in key]
        keyed = kept.select(*PLACE, **{f"{KEY}{name}": part for name, part in key.items()}).drop_nulls(parts)
        hashed = keyed.select("drop_row", key=pl.struct(parts).hash()).collect()
        doubtful = hashed.filter(pl.col("key").is_duplicated())["drop_row"]
        if doubtful.is_empty():
            return
        found = keyed.filter(pl.col("drop_row").is_in(doubtful.implode())).sort("drop_row")
        first = pl.format("row {} of {}", pl.col("row").first(), pl.col("file").first()).over(parts)
        names = " and ".join(self.label(name) for name in key)
        again = found.filter(~pl.struct(parts).is_first_distinct())
        failing = found.select(*PLACE, *parts, first=first).join(again.select("drop_row"), on="drop_row", how="semi")
        self._refuse(
            failing.select(
                *PLACE,
                column_name=pl.lit(names),
                value=pl.concat_str([pl.col(part).cast(pl.String) for part in parts], separator=", "),
                expected=pl.format("every {} once: it stands in {} already", pl.lit(names), "first"),
            )
        )

    def require_unique(self, *key: str, rows: pl.LazyFrame | None = None) -> None:
        """Raise DropError where two rows share a key; `rows` are `self.rows` with columns of the key put right."""
        kept = self.rows if rows is None else rows
        hashed = kept.select("drop_row", key=pl.struct(key).hash()).collect()
        if hashed["key"].n_unique() == hashed.height:
            return
        again = hashed.filter(~pl.col("key").is_first_distinct()).head(FIRST_FAILURES)
        doubtful = hashed.filter(pl.col("key").is_in(again["key"].implode()))["drop_row"]
        found = kept.filter(pl.col("drop_row").is_in(doubtful.implode())).select(*PLACE, *key).collect()
        seen: dict[tuple[object, ...], tuple[str, int]] = {}
        problems = []
        for file, row, _, *values in found.iter_rows():
            first = seen.setdefault(tuple(values), (file, row))
            if first != (file, row):
                names = " and ".join(self.label(name) for name in key)
                there = f"row {first[1]}" if first[0] == file else f"row {first[1]} of {first[0]}"
                problems.append(
                    Problem(
                        file,
                        f"{', '.join(map(self._desk.shown, values))} stands in {there} already",
                        f"every {names} once",
                        "Keep the row that is right and take out the other",
                        row=row,
                        column=names,
                    )
                )
        if problems:
            raise DropError(problems[0], problems[1:FIRST_FAILURES])

    def write(self, name: str, rows: pl.LazyFrame) -> Path:
        """Stream rows to a Parquet file on the desk."""
        target = self._desk.scratch / f"{name}.parquet"
        rows.sink_parquet(target, compression=SCRATCH_COMPRESSION)
        return target

    def _all(self) -> pl.LazyFrame:
        return pl.scan_parquet(self._staged, glob=False)

    def _stage(self, table: TextTable, last_row: int, hash_rows: bool) -> int:
        """Parse a file's rows into a Parquet file; returns the number of its last row in the drop."""
        positions = locate(table.header, self._columns)
        self._labels.update({name: table.header[position].strip() for name, position in positions.items()})
        texts = dict.fromkeys((column.name for column in self._columns), pl.lit(None, pl.String))
        texts |= {name: _text(pl.col(str(position))) for name, position in positions.items()}
        # Text, value and mark one after another: each is worked out once, though two of them are made from the first.
        rows = (
            table.rows.select(
                pl.lit(table.part.name).alias("file"),
                pl.col("row").cast(pl.Int64),
                (pl.col("row").cast(pl.Int64) + last_row).alias("drop_row"),
                *([pl.struct(pl.all().exclude("row")).hash().alias("row_hash")] if hash_rows else []),
                *[text.alias(f"{TEXT_OF}{name}") for name, text in texts.items()],
            )
            .filter(~pl.all_horizontal([pl.col(f"{TEXT_OF}{name}").is_null() for name in texts]))
            .with_columns(_value(column, table.separator).alias(column.name) for column in self._columns)
            .with_columns(
                *map(_not_of_kind, self._columns),
                *(_left_out(column) for column in self._columns if column.kind.says_none),
            )
            .drop(f"{TEXT_OF}{name}" for name in texts)
        )
        target = self._desk.scratch / f"staged-{len(self._staged)}.parquet"
        try:
            rows.sink_parquet(target, compression=SCRATCH_COMPRESSION)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            if is_disk_full(error):
                raise
            width, separator = len(table.header), table.separator
            uneven = uneven_row(table.part, separator, table.header_row, width) if separator else None
            raise (DropError(uneven) if uneven else unreadable(table.part, error)) from error
        self._staged.append(target)
        return pl.scan_parquet(target, glob=False).select(pl.col("drop_row").max()).collect().item() or last_row

    def _refuse_wrong_kinds(self) -> None:
        marks = {column: pl.col(f"{REFUSED}{column.name}") for column in self._columns}
        is_any = pl.any_horizontal([mark.is_not_null().any() for mark in marks.values()])
        if not self._all().select(is_any).collect().item():
            return
        failing = [
            self._all()
            .filter(mark.is_not_null())
            .select(
                *PLACE,
                column_name=pl.lit(self.label(column.name)),
                value=mark.replace("", None),
                expected=pl.when(mark.is_in(ERROR_TEXTS))
                .then(pl.lit(f"{column.kind.expected}: a spreadsheet could not work the cell out"))
                .otherwise(pl.lit(column.kind.expected)),
            )
            for column, mark in marks.items()
        ]
        self._refuse(pl.concat(failing))

    def _refuse_beyond_limits(self) -> None:
        for column in self._columns:
            if column.limit is not None:
                limit = getattr(self._desk.limits, column.limit)
                beyond = self.rows.filter(pl.col(column.name) > limit)
                unit = f" {column.kind.unit}" if column.kind.unit else ""
                self.refuse(
                    beyond.select(*PLACE, value=pl.col(column.name).cast(pl.String)),
                    column.name,
                    f"{column.kind.expected} and at most {limit:,.0f}{unit}, which is {column.limit}",
                )

    def _refuse(self, failing: pl.LazyFrame) -> None:
        in_order = failing.sort("drop_row", "column_name")
        rows = failing.select(pl.col("drop_row").n_unique()).collect().item()
        if rows == 0:
            return
        refused = len(self._refused_rows) + rows
        check_share(refused, self.rows_read, in_order.head(FIRST_FAILURES).collect(), self._desk)
        found = in_order.collect()
        self._refused_rows |= set(found["drop_row"])
        self._rejected.append(rejected_rows(found))


def _text(raw: pl.Expr) -> pl.Expr:
    stripped = raw.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _value(column: Column, separator: str | None) -> pl.Expr:
    """What a column's text is read as. Where values stand between semicolons, a comma may be a decimal point."""
    text = pl.col(f"{TEXT_OF}{column.name}")
    value = column.kind.parse(text)
    if separator == SEMICOLON and column.kind.is_number:
        return pl.when(~text.str.contains(",", literal=True)).then(value)
    return value


def _not_of_kind(column: Column) -> pl.Expr:
    """The text where it is not of the column's kind (empty where a required value is missing), else null.

    What stands in a cell that a spreadsheet could not work out is of no kind, and no missing value.
    """
    text, value = pl.col(f"{TEXT_OF}{column.name}"), pl.col(column.name)
    unread = text.str.starts_with("#") & text.is_in(ERROR_TEXTS)
    if not column.kind.is_lenient:
        unread = unread | (text.is_not_null() & value.is_null())
    absent = value.is_null() if column.presence == "required" else pl.lit(False)
    return pl.when(unread).then(text).when(absent).then(text.fill_null("")).alias(f"{REFUSED}{column.name}")


def _left_out(column: Column) -> pl.Expr:
    """The text where it is not of the lenient column's kind and does not say that there is none, else null."""
    assert column.kind.says_none is not None
    text, value = pl.col(f"{TEXT_OF}{column.name}"), pl.col(column.name)
    return pl.when(value.is_null() & ~column.kind.says_none(text)).then(text).alias(f"{UNREAD}{column.name}")


def _check_header(table: TextTable, columns: Sequence[Column], desk: Desk) -> None:
    """Raise DropError where a needed column is not in the header."""
    lacking = missing(table.header, columns)
    if not lacking:
        return
    names = ", ".join(column.label for column in lacking)
    # Where there is no header, the first row is one of data.
    there = shown(", ".join(desk.shown(name).strip("'") for name in table.header if name) or "nothing")
    looked_at = f"; {table.looked_at}" if table.looked_at else ""
    raise DropError(
        Problem(
            table.part.name,
            f"the header has no such column (it has: {there}{looked_at})",
            f"a column for each of {names}",
            "Add the column, or give it the name that is expected",
            row=table.header_row,
            column=names,
        )
    )
