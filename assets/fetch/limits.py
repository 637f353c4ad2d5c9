"""How a fetch behaves towards publishers and this machine: pace, patience, budgets, and who asks.

What belongs here: the limits, and the name of the setting that moves each. What does not: reading the settings
(`pipelines/settings.py`), keeping to them (`transport`, `downloads`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GIGABYTE = 1_000_000_000
API = "api"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one machine. Sizes are in bytes, times in seconds."""

    contact: str = ""
    """An e-mail address or a page at which publishers reach who runs this; nothing is asked without."""
    addresses: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Dataset -> address in place of its publisher's own."""
    budget_bytes: int = 100 * GIGABYTE
    """What one fetch of a dataset may bring: a year of accounts has 29 GB, OpenAlex's snapshot more than this, all
    else less than 2."""
    budget_s: float = 6 * 3600.0
    """How long one fetch of a dataset may take."""
    longest_wait_s: float = 300.0
    """A publisher that asks for a longer wait is left alone: the fetch stops, and goes on when it is started again."""
    first_wait_s: float = 30.0
    """Before a second try, where the publisher does not say how long; doubled at each further one. Clients of Gateway
    to Research wait as long."""
    tries: int = 5
    """Of a request that fails for a reason that may pass."""
    pace_s: float = 0.25
    """Between two requests to one publisher: clients of Gateway to Research keep 0.1 to 1.25 s."""
    timeout_s: float = 60.0
    """Without a byte from the publisher."""
    late_days: int = 14
    """Days after a month in which what stands at a publisher today still counts as that month's."""
    postcode_directory: str = "ONSPD"
    """Which of ONS's directories the postcodes come from: ONSPD or NSPL."""
    accounts_months: int = 12
    """Months of accounts in a drop, the newest first. A company files in one of twelve, so that fewer months leave out
    the others; the page offers twelve. Each is some 2 GB, and those that an earlier drop has are not fetched again."""
    works_years: int = 7
    """Years of publications before the month: what counts as activity by the method looks as far back."""
    openalex: str = API
    """What publications come from: OpenAlex's API, or its snapshot in one of two formats."""
    free_disk_bytes: int = GIGABYTE
    """What is left free on the disk of the sources."""
    look_bytes: int = 128_000_000
    """Of each table, unpacked, in which words are looked for once it has come; of a file of records a quarter of it. So
    it is a third of the register of companies, within seconds."""
    changed_share: float = 1 / 3
    """Of the size of the files before, or of the number of their records: a change by more is told [stated]."""
    gone_word_share: float = 0.001
    """Of the records before, that had a word, from which on it is told that the word is gone: rarer ones come and go
    [ours]."""


USUAL_LIMITS = Limits()
SIZES = ("budget_bytes", "look_bytes")
"""Limits that are sizes."""
SHARES = ("changed_share", "gone_word_share")
"""Limits that are shares, from 0 to 1."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "postcode_directory": ("ONSPD", "NSPL"),
    "openalex": (API, "jsonl", "parquet"),
}
"""Limits that are one of some words."""
COUNTED = {"tries": "tries", "late_days": "days", "accounts_months": "months", "works_years": "years"}
"""Limits that are whole numbers, and of what; none but the days can be 0."""
SETTINGS: Mapping[str, str] = {
    "contact": "INNOVATION_CLUSTERS_CONTACT",
    "budget_bytes": "INNOVATION_CLUSTERS_FETCH_BYTES",
    "budget_s": "INNOVATION_CLUSTERS_FETCH_SECONDS",
    "longest_wait_s": "INNOVATION_CLUSTERS_FETCH_LONGEST_WAIT",
    "first_wait_s": "INNOVATION_CLUSTERS_FETCH_FIRST_WAIT",
    "tries": "INNOVATION_CLUSTERS_FETCH_TRIES",
    "pace_s": "INNOVATION_CLUSTERS_FETCH_PACE",
    "timeout_s": "INNOVATION_CLUSTERS_FETCH_TIMEOUT",
    "late_days": "INNOVATION_CLUSTERS_FETCH_LATE_DAYS",
    "postcode_directory": "INNOVATION_CLUSTERS_POSTCODE_DIRECTORY",
    "accounts_months": "INNOVATION_CLUSTERS_ACCOUNTS_MONTHS",
    "works_years": "INNOVATION_CLUSTERS_WORKS_YEARS",
    "look_bytes": "INNOVATION_CLUSTERS_FETCH_LOOK",
    "changed_share": "INNOVATION_CLUSTERS_FETCH_CHANGED_SHARE",
    "gone_word_share": "INNOVATION_CLUSTERS_FETCH_GONE_WORD_SHARE",
    "openalex": "INNOVATION_CLUSTERS_OPENALEX",
}
"""The environment variable of each limit that has one of its own; the free disk is that of all sources."""
ADDRESS_SETTING = "INNOVATION_CLUSTERS_FROM_{}"
"""The environment variable of a dataset's address, with the dataset's name in capitals."""


def address_setting(dataset: str) -> str:
    """The environment variable that moves where a dataset is fetched from."""
    return ADDRESS_SETTING.format(dataset.upper())
