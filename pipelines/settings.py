"""Where things are and which profiles to use: read from the environment, which is all that the definitions read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import Any

from assets.cluster import SETTING as CLUSTER
from assets.cluster import USUAL_WAIT_S, checked_address
from assets.cluster import WAIT_SETTING as CLUSTER_WAIT
from assets.fetch.limits import CHOICES, COUNTED, SHARES, SIZES, USUAL_LIMITS, Limits, address_setting
from assets.fetch.limits import SETTINGS as FETCHING
from assets.months import FIRST_MONTH_SETTING, USUAL_FIRST_MONTH, Month, month_under_way
from assets.sources.bounds import SETTINGS as BOUNDS
from assets.sources.bounds import USUAL_BOUNDS, Bounds
from assets.warehouse.memory import parse_bytes
from pipelines.alerting.setting import NO_ALERTS, Alerts, alerts_from, environment_of
from pipelines.profiles import DEFAULT_PROFILES

SOURCES, WAREHOUSE, PUBLICATION, PROFILE = (
    f"INNOVATION_CLUSTERS_{name}" for name in ("SOURCES", "WAREHOUSE", "PUBLICATION", "PROFILE")
)
MEMORY_LIMIT, THREADS = "INNOVATION_CLUSTERS_MEMORY_LIMIT", "INNOVATION_CLUSTERS_THREADS"
UI_HOSTS = "INNOVATION_CLUSTERS_UI_HOSTS"
FETCH = "INNOVATION_CLUSTERS_FETCH"
BACKUP, BACKUP_KEEP = "INNOVATION_CLUSTERS_BACKUP", "INNOVATION_CLUSTERS_BACKUP_KEEP"
BASE_MAP, BASE_MAP_ATTRIBUTION = "INNOVATION_CLUSTERS_BASE_MAP", "INNOVATION_CLUSTERS_BASE_MAP_ATTRIBUTION"

HOST_NAME = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one code location."""

    sources: str = "sources"
    """Folder or object-store address of the drops."""
    warehouse: str = "warehouse.duckdb"
    publication: str = "publication"
    """Folder that each month's release is put in."""
    profiles: tuple[str, ...] = DEFAULT_PROFILES
    first_month: Month = USUAL_FIRST_MONTH
    """The first month that can be made; the UI's partitions begin with it."""
    memory_limit: str | None = None
    """What the whole process may take (`4GB`)."""
    threads: int | None = None
    cluster: str | None = None
    """Address of the scheduler of a Dask cluster that does what is done item by item, in place of threads."""
    cluster_wait_s: float = USUAL_WAIT_S
    """How long the cluster's scheduler, or a first worker of it, is waited for."""
    base_map: str | None = None
    """Template of an online base map's tiles, which readers of the published page may turn on; none by default."""
    base_map_attribution: str | None = None
    """Who made the base map, as its licence wants it said."""
    bounds: Bounds = USUAL_BOUNDS
    """How much of the sources may be taken in, and from where."""
    fetched: tuple[str, ...] = ()
    """Datasets that the monthly schedule fetches before it makes the month; none by default."""
    limits: Limits = USUAL_LIMITS
    """How a fetch behaves towards publishers and this machine."""
    backup: str | None = None
    """Folder that backups are put in by the schedule; none are taken by itself by default."""
    backup_keep: int = 6
    """Backups that stay there, the newest."""
    ui_hosts: tuple[str, ...] = ()
    """Names under which Dagster's UI is reached through a proxy, beside the loopback ones."""
    alerts: Alerts = NO_ALERTS
    """Whom to tell that something is wrong, and when; nobody by default."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from INNOVATION_CLUSTERS_*; profiles are separated by commas.

        Folders of links are separated as in PATH. Raises ValueError for a bad number, month, size, host name or
        address, for a dataset that nobody publishes, and for a base map without an attribution.
        """
        profiles = tuple(name.strip() for name in os.environ.get(PROFILE, "").split(",") if name.strip())
        threads = os.environ.get(THREADS) or None
        if threads and not _counts(threads):
            raise ValueError(f"{THREADS}={threads!r} is not a number of threads: give 1 or more")
        memory_limit = os.environ.get(MEMORY_LIMIT) or None
        if memory_limit:
            try:
                parse_bytes(memory_limit)
            except ValueError as error:
                raise ValueError(f"{MEMORY_LIMIT}: {error}") from error
        base_map, attribution = os.environ.get(BASE_MAP) or None, os.environ.get(BASE_MAP_ATTRIBUTION) or None
        if base_map and not attribution:
            raise ValueError(f"{BASE_MAP} needs {BASE_MAP_ATTRIBUTION}: the words its licence asks for")
        backup_keep = os.environ.get(BACKUP_KEEP) or None
        if backup_keep and not _counts(backup_keep):
            raise ValueError(f"{BACKUP_KEEP}={backup_keep!r} is not a number of backups: give 1 or more")
        hosts = tuple(name.strip().lower() for name in os.environ.get(UI_HOSTS, "").split(",") if name.strip())
        for name in hosts:
            if re.fullmatch(HOST_NAME, name) is None:
                raise ValueError(f"{UI_HOSTS}: {name!r} is no host name: give names alone, with commas between")
        return cls(
            sources=os.environ.get(SOURCES, cls.sources),
            warehouse=os.environ.get(WAREHOUSE, cls.warehouse),
            publication=os.environ.get(PUBLICATION, cls.publication),
            profiles=profiles or DEFAULT_PROFILES,
            first_month=_first_month(os.environ.get(FIRST_MONTH_SETTING) or None),
            memory_limit=memory_limit,
            threads=int(threads) if threads else None,
            cluster=checked_address(cluster) if (cluster := os.environ.get(CLUSTER)) else None,
            cluster_wait_s=_seconds(CLUSTER_WAIT, cls.cluster_wait_s),
            base_map=base_map,
            base_map_attribution=attribution,
            bounds=(bounds := _bounds(memory_limit)),
            fetched=_fetched(os.environ.get(FETCH, "")),
            limits=_limits(bounds),
            backup=os.environ.get(BACKUP) or None,
            backup_keep=int(backup_keep) if backup_keep else cls.backup_keep,
            ui_hosts=hosts,
            alerts=alerts_from(),
        )

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process started with them."""
        values = {
            SOURCES: self.sources,
            WAREHOUSE: self.warehouse,
            PUBLICATION: self.publication,
            PROFILE: ",".join(self.profiles),
        }
        if self.first_month != USUAL_FIRST_MONTH:
            values[FIRST_MONTH_SETTING] = str(self.first_month)
        if self.memory_limit:
            values[MEMORY_LIMIT] = self.memory_limit
        if self.threads:
            values[THREADS] = str(self.threads)
        if self.cluster:
            values[CLUSTER] = self.cluster
        if self.cluster_wait_s != USUAL_WAIT_S:
            values[CLUSTER_WAIT] = f"{self.cluster_wait_s:g}"
        values |= {BACKUP: self.backup, BACKUP_KEEP: str(self.backup_keep)} if self.backup else {}
        if self.ui_hosts:
            values[UI_HOSTS] = ",".join(self.ui_hosts)
        if self.base_map and self.base_map_attribution:
            values |= {BASE_MAP: self.base_map, BASE_MAP_ATTRIBUTION: self.base_map_attribution}
        if self.fetched:
            values[FETCH] = ",".join(self.fetched)
        for name, variable in FETCHING.items():
            if getattr(self.limits, name) != getattr(USUAL_LIMITS, name):
                values[variable] = f"{getattr(self.limits, name)}"
        values |= {address_setting(dataset): address for dataset, address in self.limits.addresses.items()}
        for name, variable in BOUNDS.items():
            bound = getattr(self.bounds, name)
            if bound != getattr(USUAL_BOUNDS, name):
                values[variable] = os.pathsep.join(bound) if isinstance(bound, tuple) else str(bound)
        return values | environment_of(self.alerts)


def _counts(text: str, least: int = 1) -> bool:
    """Whether a text is a whole number that is as large as the least, in plain digits."""
    return re.fullmatch(r"[0-9]{1,9}", text) is not None and int(text) >= least


def _first_month(text: str | None) -> Month:
    """The first month from the environment. Raises ValueError for what is none, and for one that is still to come."""
    if text is None:
        return USUAL_FIRST_MONTH
    try:
        month = Month.parse(text)
    except ValueError as error:
        raise ValueError(f"{FIRST_MONTH_SETTING}: {error}") from error
    if month > (under_way := month_under_way()):
        raise ValueError(f"{FIRST_MONTH_SETTING}={month} is still to come: give {under_way} or a month before it")
    return month


def _seconds(name: str, usual: float) -> float:
    """A time from the environment. Raises ValueError for what is no number of seconds above 0."""
    text = os.environ.get(name)
    if not text:
        return usual
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is None or not float(text):
        raise ValueError(f"{name}={text!r} is not a number of seconds")
    return float(text)


def _share(name: str, text: str) -> float:
    """A share from the environment. Raises ValueError for what is none from 0 to 1."""
    if re.fullmatch(r"0|1|[01]?\.\d+", text) is None or float(text) > 1:
        raise ValueError(f"{name}={text!r} is not a share from 0 to 1")
    return float(text)


def _bounds(memory_limit: str | None) -> Bounds:
    """The bounds of the environment; a reader apart may hold what the whole process may."""
    given: dict[str, Any] = {}
    for name, variable in BOUNDS.items():
        text = os.environ.get(variable)
        if not text:
            continue
        try:
            given[name] = tuple(text.split(os.pathsep)) if name == "linked" else parse_bytes(text)
        except ValueError as error:
            raise ValueError(f"{variable}: {error}") from error
    if memory_limit:
        given["reader_bytes"] = parse_bytes(memory_limit)
    return replace(USUAL_BOUNDS, **given)


def _fetched(text: str) -> tuple[str, ...]:
    """The datasets that are fetched before a month is made: names with commas between, or `all`."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    known = _published() if names else ()
    if names == ("all",):
        return known
    for name in names:
        if name not in known:
            raise ValueError(f"{FETCH}: there is no publisher of {name!r}: give all, or some of {', '.join(known)}")
    return names


def _published() -> tuple[str, ...]:
    """The datasets that have a publisher. Imported where it is asked for: most commands ask nobody."""
    from assets.fetch.registry import PUBLISHERS

    return tuple(PUBLISHERS)


def _addresses() -> dict[str, str]:
    """The addresses of publishers that the environment gives, by dataset."""
    given = {name: address for name, address in os.environ.items() if name.startswith(address_setting("")) and address}
    settings = {address_setting(dataset): dataset for dataset in _published()} if given else {}
    for name, address in given.items():
        if name not in settings:
            raise ValueError(f"{name}: there is no such publisher: give {', '.join(settings)}")
        if re.match(r"https?://[^\s/]+", address) is None:
            raise ValueError(f"{name}={address!r} is no address: it begins with https:// or http://")
    return {settings[name]: address for name, address in given.items()}


def _limits(bounds: Bounds) -> Limits:
    """How fetches behave, by the environment; keys are not read here, for they are no settings."""
    given: dict[str, Any] = {"free_disk_bytes": bounds.free_disk_bytes}
    for name, variable in FETCHING.items():
        text = os.environ.get(variable)
        if not text:
            continue
        if name == "contact":
            given[name] = text.strip()
        elif name in SIZES:
            try:
                given[name] = parse_bytes(text)
            except ValueError as error:
                raise ValueError(f"{variable}: {error}") from error
        elif name in CHOICES:
            if text not in CHOICES[name]:
                raise ValueError(f"{variable}={text!r} is not known: give {' or '.join(CHOICES[name])}")
            given[name] = text
        elif name in COUNTED:
            if not _counts(text, least=0 if name == "late_days" else 1):
                raise ValueError(f"{variable}={text!r} is not a number of {COUNTED[name]}")
            given[name] = int(text)
        elif name in SHARES:
            given[name] = _share(variable, text)
        else:
            given[name] = _seconds(variable, getattr(USUAL_LIMITS, name))
    return replace(USUAL_LIMITS, addresses=_addresses(), **given)
