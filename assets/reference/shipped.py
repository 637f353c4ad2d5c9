"""The lists that ship with the code, and stand in where nobody drops their own.

`sic_sectors.csv` and `rtic_sectors.csv`: the publisher's lists of 32 and 46 sectors are not public; names are its own
where its releases show them, the assignment is ours [ours]. `regions.csv`: the nine English regions and the nations,
these under their country code and under the pseudo region code of the postcode directory. `places.csv`: towns and
cities. `sic2007_codes.csv`: every code of the Standard Industrial Classification 2007 (ONS, Open Government Licence
v3), divisions, groups and classes padded with zeros, and the two marks that Companies House adds (dormant 99999,
non-trading 74990). `sic2007_texts.csv`: the texts of those that begin with a zero, which programs lose, as the ONS and
Companies House word them.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

import polars as pl

SHIPPED_AS_OF = date(1970, 1, 1)
"""The as-of date of a shipped list: older than any drop."""


def shipped_file(name: str) -> Traversable:
    """A shipped list's file, for example `sic_sectors`."""
    return files("assets.reference") / "data" / f"{name}.csv"


def shipped_list(name: str) -> pl.DataFrame:
    """A shipped list as text columns, in the file's order."""
    return pl.read_csv(shipped_file(name).read_bytes(), infer_schema=False)
