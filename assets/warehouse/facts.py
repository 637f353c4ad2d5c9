"""What programs need to know of a table and DDL cannot say: `sql/schema/<layer>.toml`, beside the layer's declarations.

    [clusters]
    key = ["month", "profile", "cluster_id"]
    kept = "for ever"
    units = { turnover_gbp = "GBP" }
    formats = { turnover_gbp = "gbp", rdi_active_share = "share" }
    bands = { rdi_active_share = "rdi_active_band" }

Every table has its entry. Where rows may repeat, `key` is empty and `no_key_because` says why; `kept` says for how long
its rows stay (`pruning`). What belongs here:
reading these files and refusing what does not fit the tables. What does not: what the DDL says (`declarations`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

Unit = Literal["GBP", "EUR", "km2", "km", "degree", "percent"]
"""Units that a column may have, as the data package writes them."""
Format = Literal["count", "gbp", "share", "change", "quotient", "probability", "area"]
"""How the page writes a number (`formats` in site/base.js)."""


Kept = Literal["for ever", "newest months"]
"""For how long a table's rows stay: results for ever; what a month is made through, and the rows of drops, while the
month is among the newest (`keep.working_months` of the profile)."""


class Measure(BaseModel):
    """A value of the column `measure`: how its figure is written and which side of the threshold is met."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format
    met: Literal["at least", "over", "under"]


class Facts(BaseModel):
    """What is said of one table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: tuple[str, ...]
    """Columns that no two rows share; empty where rows may repeat."""
    kept: Kept
    """For how long its rows stay."""
    no_key_because: str = ""
    """Why rows may repeat; only where there is no key."""
    units: dict[str, Unit] = {}
    """Column -> its unit, of the columns that have one."""
    formats: dict[str, Format] = {}
    """Column -> how the page writes it, of the columns that it writes as figures."""
    bands: dict[str, str] = {}
    """Column of a share -> column of the band that is given in its place."""
    measures: dict[str, Measure] = {}
    """Value of the column `measure` -> what is known of it, in the order in which they are told."""


def facts_text(layer: str) -> str:
    """The text of `sql/schema/<layer>.toml`."""
    return (files("sql") / "schema" / f"{layer}.toml").read_text(encoding="utf-8")


def facts_of(layer: str, text: str, columns: Mapping[str, Collection[str]]) -> dict[str, Facts]:
    """The facts of each of a layer's tables. `columns`: every table of it, without the layer -> its columns.

    Raises ValueError, naming file, table and column, where a table is not described or what is described is not there.
    """
    file = f"sql/schema/{layer}.toml"
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is no TOML: {error}") from error
    for table in said.keys() - columns.keys():
        raise ValueError(f"{file} describes {table}, which sql/schema/{layer}.sql does not declare: take it out")
    for table in columns.keys() - said.keys():
        raise ValueError(
            f"{file} says nothing of {table}: add [{table}] with its key, or an empty key and no_key_because"
        )
    return {table: _facts(f"{file}, [{table}]", said[table], columns[table]) for table in columns}


def _facts(where: str, said: Any, columns: Collection[str]) -> Facts:
    try:
        facts = Facts.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ValueError(
            f"{where}: {name}: {first['msg']}; there are {', '.join(Facts.model_fields)}; the units are "
            f"{', '.join(get_args(Unit))}, the formats {', '.join(get_args(Format))}; rows are kept "
            f"{' or '.join(get_args(Kept))}"
        ) from error
    of_measures = ("measure",) if facts.measures else ()
    for name in (*facts.key, *facts.units, *facts.formats, *facts.bands, *facts.bands.values(), *of_measures):
        if name not in columns:
            raise ValueError(f"{where} names the column {name}, which the table does not have: {', '.join(columns)}")
    if bool(facts.key) == bool(facts.no_key_because):
        raise ValueError(f"{where}: give a key, or an empty key and no_key_because, not both and not neither")
    return facts
