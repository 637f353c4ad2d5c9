"""Four months that are made in any order, and the same made in order: what both must come to.

A month's inputs are one of a few variants of the small country, put there as the layers before leave them, with what
they were made from in the ledger. A month is made as the command line makes it: what can be is taken over, and later
months that follow from it are made again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assets.method import MethodProfile
from assets.months import Month
from assets.typology.steps import STEPS
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.made_from import set_made
from pipelines.later_months import months_to_follow
from pipelines.settings import Settings
from tests.support import MONTH, make_all
from tests.typology.small_uk import PROFILE, fill_small_uk

MONTHS = tuple(MONTH.plus(number) for number in range(4))
METHOD = MethodProfile(name=PROFILE)

FIRMS_FOLLOW = """
update spatial.groups as g set firms = (
    select count(distinct m.organisation_id)
    from spatial.group_members as m
    inner join organisations.organisations as o
        on o.month = m.month and o.organisation_id = m.organisation_id and o.is_firm
    where m.month = g.month and m.profile = g.profile and m.group_id = g.group_id
)
"""
VARIANTS: dict[str, tuple[str, ...]] = {
    "whole": (),
    "smaller": (
        "delete from spatial.group_members where organisation_id = 'F12'",
        "delete from spatial.group_members where group_id = 'spatial-3' and organisation_id > 'F28'",
        FIRMS_FOLLOW,
    ),
    "apart": ("update network.collaboration_tests set joint_projects = 0 where group_id = 'network-1'",),
    "without a group": ("delete from spatial.groups", "delete from network.groups"),
}
"""What makes the variants of the month's inputs: one cluster ends, one changes its type, or all do."""

Making = tuple[int, str]
"""A month by its number, and the variant of its inputs that it is made from."""
Content = dict[str, list[tuple[Any, ...]]]

INPUTS = [
    name
    for name, table in declared_tables().items()
    if table.layer in ("organisations", "spatial", "network") and table.key[:1] == ("month",)
]


class Histories:
    """Makes histories in a folder of its own; those in order are made once each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0
        self._in_order: dict[tuple[Making, ...], Content] = {}
        (folder / "method.toml").write_text(f"name = '{PROFILE}'\n", encoding="utf-8")
        whole = Warehouse(folder / "whole.duckdb", threads=1)
        whole.create()
        fill_small_uk(whole)
        _put_drops_in_every_month(whole)
        for name, changes in VARIANTS.items():
            if name != "whole":
                shutil.copyfile(whole.path, self._variant(name))
                with Warehouse(self._variant(name), threads=1).transaction() as connection:
                    for change in changes:
                        connection.execute(change)
        shutil.copyfile(whole.path, folder / "bare.duckdb")
        with Warehouse(folder / "bare.duckdb", threads=1).transaction() as connection:
            for table in INPUTS:
                connection.execute(f"delete from {table}")

    def new(self) -> Warehouse:
        """A warehouse in which no month is made."""
        self.made += 1
        path = self.folder / f"history-{self.made}.duckdb"
        shutil.copyfile(self.folder / "bare.duckdb", path)
        return Warehouse(path, threads=1)

    def make(self, warehouse: Warehouse, making: Making, inputs: Mapping[int, str] | None = None) -> None:
        """Make a month as the command line does, and those that follow from it.

        `inputs`: the variants of later months whose inputs were deleted, and are made again with them.
        """
        number, variant = making
        self._put(warehouse, MONTHS[number], variant)
        _run(warehouse, MONTHS[number])
        settings = Settings(
            warehouse=str(warehouse.path), profiles=(str(self.folder / "method.toml"),), threads=warehouse.threads
        )
        for later in months_to_follow(settings, STEPS, [MONTHS[number]]):
            assert not later.hindrance
            if inputs:
                self._put(warehouse, later.month, inputs[MONTHS.index(later.month)])
            _run(warehouse, later.month)

    def in_order(self, makings: Sequence[Making]) -> Content:
        """What the tables hold where these months, each once, are made the earliest first and anew."""
        wanted = tuple(sorted(makings))
        if wanted not in self._in_order:
            warehouse = self.new()
            for number, variant in wanted:
                self._put(warehouse, MONTHS[number], variant)
                _run(warehouse, MONTHS[number], may_take_over=False)
            self._in_order[wanted] = content(warehouse)
            warehouse.path.unlink()
        return self._in_order[wanted]

    def _variant(self, name: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}.duckdb"

    def _put(self, warehouse: Warehouse, month: Month, variant: str) -> None:
        with warehouse.connect() as connection:
            connection.execute(f"attach '{self._variant(variant)}' as given (read_only)")
            connection.execute("begin transaction")
            for table in INPUTS:
                connection.execute(f"delete from {table} where month = $month", {"month": month.first_day})
                connection.execute(
                    f"insert into {table} select * replace ($month as month) from given.{table}",
                    {"month": month.first_day},
                )
            set_made(connection, INPUTS, month, variant)
            connection.execute("commit")


def content(warehouse: Warehouse) -> Content:
    """Every row of the typology."""
    with warehouse.connect(read_only=True):
        return {
            name: warehouse.read(f"select * from {name} order by all").rows()
            for name, table in declared_tables().items()
            if table.layer == "typology"
        }


def broken_by(histories: Histories, makings: Sequence[Making]) -> str:
    """Where the history after any of these makings is not that of making in order: which, and in what; else empty."""
    warehouse = histories.new()
    stands: dict[int, str] = {}
    try:
        for done, making in enumerate(makings, start=1):
            histories.make(warehouse, making)
            stands[making[0]] = making[1]
            expected, found = histories.in_order([*stands.items()]), content(warehouse)
            if other := [table for table in expected if expected[table] != found[table]]:
                return f"{', '.join(other)} after making {done} of {list(makings)}"
    finally:
        warehouse.path.unlink()
    return ""


def _run(warehouse: Warehouse, month: Month, may_take_over: bool = True) -> None:
    make_all(warehouse, STEPS, METHOD, month=month, take_over=may_take_over)


def _put_drops_in_every_month(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        for month in MONTHS[1:]:
            connection.execute(
                "insert into sources.drops select * replace ($to as month) from sources.drops where month = $at",
                {"to": month.first_day, "at": MONTH.first_day},
            )
