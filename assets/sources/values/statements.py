"""What a drop states of itself in a column: which classification its codes are of, which register it is an extract of.

What belongs here: those columns, and the one value that each has throughout a drop. What does not: what is assumed
where nothing is stated (`HistoryMethod`), what follows from a change (typology).
"""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery
from assets.sources.values.columns import SIC2007, TEXT, Column, Kind
from assets.sources.values.tables import TEXT_OF, Table

SIC_2007 = "SIC 2007"
CLASSIFICATION_NAME = re.compile(r"^(SIC|RTIC)[ _-]?([0-9]{4})$", re.IGNORECASE)


def _classification(text: pl.Expr) -> pl.Expr:
    pattern = f"(?i){CLASSIFICATION_NAME.pattern}"
    name = pl.concat_str(text.str.extract(pattern, 1).str.to_uppercase(), text.str.extract(pattern, 2), separator=" ")
    return pl.when(text.str.contains(pattern)).then(name)


CLASSIFICATION_KIND = Kind("a classification and its year (SIC 2007, SIC 2026, RTIC 2023)", _classification)
CLASSIFICATION = Column("classification", ("classification",), CLASSIFICATION_KIND, "optional")
REGISTER = Column("register", ("register",), TEXT, "optional")


def of_year_stated(kind: Kind, of_later_years: str) -> Kind:
    """A kind of code of SIC 2007; in a row that states a later year, text of the pattern `of_later_years` besides.

    For tables that have the column `CLASSIFICATION`.
    """

    def parse(text: pl.Expr) -> pl.Expr:
        year = _classification(pl.col(f"{TEXT_OF}{CLASSIFICATION.name}"))
        is_later = (year != SIC_2007) & text.str.contains(f"^(?:{of_later_years})$")
        return pl.coalesce(kind.parse(text), pl.when(is_later).then(text))

    return replace(kind, parse=parse)


SIC_CODE = of_year_stated(SIC2007, "[0-9]{5}")


def stated(table: Table, delivery: Delivery, *columns: Column) -> dict[str, str]:
    """What the drop states in each of the columns, without those in which it states nothing.

    Raises DropError where two rows state different things: a drop is of one classification and one register.
    """
    found = {}
    for column in columns:
        values = table.rows.select(pl.col(column.name).drop_nulls().unique().sort()).collect()[column.name].to_list()
        if len(values) > 1:
            raise DropError(
                Problem(
                    delivery.drop.path,
                    f"different rows state {' and '.join(map(repr, values[:2]))}",
                    f"one {column.name} throughout the drop",
                    "Put each into a drop of its own, by its date",
                    column=table.label(column.name),
                )
            )
        if values:
            found[column.name] = str(values[0])
    return found
