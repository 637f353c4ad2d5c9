"""Which drops the Map and the Index cannot do without, and what to say where there are none.

What belongs here: sets of datasets, of which one has to be whole. What does not: what a dataset is (`registry`).
"""

from __future__ import annotations

from collections.abc import Collection

from assets.sources.problems import Problem
from assets.sources.registry import ITEM_SOURCES, REGISTERS

MAP_LAYERS = frozenset({"organisations", "spatial", "network", "typology", "trust"})
INDEX_LAYER = "innovation_index"
INDEX_ALONE = "or make the Index alone (innovation-clusters refresh --select innovation_index)"


def map_problems(present: Collection[str], address: str) -> list[Problem]:
    """What the Map cannot do without and has no drop of: the postcodes, and one register whole."""
    problems = []
    if "postcodes" not in present:
        remedy = f"Put the ONS Postcode Directory or the NSPL there as postcodes/YYYY-MM.zip, {INDEX_ALONE}"
        problems.append(Problem(address, "there is no drop of postcodes for the month", "one in postcodes/", remedy))
    if not any(all(name in present for name in register) for register in REGISTERS):
        expected = "one of " + ", or ".join(" with ".join(register) for register in REGISTERS)
        remedy = f"Put a drop of each of its datasets there, as <dataset>/YYYY-MM.csv, {INDEX_ALONE}"
        problems.append(Problem(address, "there is no drop of a register for the month", expected, remedy))
    return problems


def index_problems(present: Collection[str], address: str) -> list[Problem]:
    """What the Index cannot do without and has no drop of: one source of items."""
    if any(all(name in present for name in source) for source in ITEM_SOURCES):
        return []
    expected = "one of " + ", or ".join(" with ".join(source) for source in ITEM_SOURCES)
    remedy = "Put a drop of one of them there, as <dataset>/YYYY-MM.csv"
    return [Problem(address, "there is no drop of items of the Index for the month", expected, remedy)]


def missing(present: Collection[str], address: str, making: Collection[str] | None) -> list[Problem]:
    """What a run that makes these tables cannot do without: the Map's needs where it makes any of the Map's tables or
    where nothing is known of it, the Index's where it makes the Index alone, either's where it only takes drops in."""
    layers = None if making is None else {table.split(".")[0] for table in making}
    if layers is None or layers & MAP_LAYERS:
        return map_problems(present, address)
    of_index = index_problems(present, address)
    return of_index if INDEX_LAYER in layers else of_index and map_problems(present, address)
