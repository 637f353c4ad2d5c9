"""What is missing before a month can be made: folders, drops, versions, profiles. Changes nothing.

How old each dataset is stands in `doctor_sources`, what can be fetched in `doctor_fetching`, what is stored already in
`doctor_storage`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from assets.cluster import Cluster, ClusterError, ClusterLostError
from assets.method import find_profiles, shared_method
from assets.months import Month, today_in_london
from assets.publication.folder import months_shown
from assets.sources.delivery.storage import SourcesAddressError
from assets.sources.needs import index_problems, map_problems
from assets.sources.problems import DropError
from pipelines.doctor_alerts import alerts_findings
from pipelines.doctor_approval import approval_findings
from pipelines.doctor_fetching import fetching_findings
from pipelines.doctor_sources import source_findings
from pipelines.doctor_storage import history_findings, litter_findings, warehouse_findings
from pipelines.finding import Finding
from pipelines.profiles import PROFILES_FOLDER
from pipelines.readiness import listed
from pipelines.settings import Settings


def examine(settings: Settings, quick: bool = False) -> list[Finding]:
    """Look at everything that a refresh with these settings needs; `quick` does not read the warehouse's rows."""
    return [
        *_versions(),
        *_profiles(settings),
        *_sources(settings),
        *fetching_findings(settings, today_in_london()),
        *_work(settings),
        *warehouse_findings(settings, quick),
        *history_findings(settings),
        *_publication(settings),
        *approval_findings(settings),
        *litter_findings(settings),
        *alerts_findings(settings),
    ]


def _versions() -> Iterator[Finding]:
    wrong = []
    for line in requires("innovation-clusters") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if installed not in requirement.specifier:
            wrong.append(f"{requirement.name} is {installed}, needed {requirement.specifier}")
    if wrong:
        yield Finding("bad", "packages", "; ".join(wrong) + ": run make install")
    else:
        yield Finding(
            "ok", "packages", f"dagster {version('dagster')}, duckdb {version('duckdb')}, polars {version('polars')}"
        )


def _profiles(settings: Settings) -> Iterator[Finding]:
    try:
        profiles = find_profiles(settings.profiles, PROFILES_FOLDER)
        shared_method(profiles)
    except ValueError as error:
        yield Finding("bad", "profiles", str(error))
    else:
        yield Finding("ok", "profiles", ", ".join(f"{profile.name} ({profile.fingerprint})" for profile in profiles))


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        listing = listed(settings)
    except (SourcesAddressError, DropError) as error:
        yield Finding("bad", "sources", str(error))
        return
    yield Finding("ok", "sources", f"{settings.sources}: {len(listing.drops)} drops")
    yield from (Finding("bad", problem.file, str(problem)) for problem in listing.problems)
    yield from (Finding("note", "sources", warning) for warning in listing.warnings)
    yield from source_findings(settings, listing, Month.of(today_in_london()).plus(-1))
    present = {drop.dataset for drop in listing.drops}
    of_map, of_index = map_problems(present, settings.sources), index_problems(present, settings.sources)
    for what, problems in (("the Map", of_map), ("the Index", of_index)):
        for problem in problems:
            yield Finding("bad" if of_map and of_index else "note", what, str(problem))


def _work(settings: Settings) -> Iterator[Finding]:
    """What does the work that is done item by item."""
    if settings.cluster is None:
        yield Finding("ok", "work", f"threads of the process: {settings.threads or os.cpu_count() or 1}")
        return
    try:
        members = Cluster(settings.cluster, settings.threads, settings.cluster_wait_s).members()
    except (ClusterError, ClusterLostError) as error:
        yield Finding("bad", "work", str(error))
    else:
        found = f"{members.workers} worker{'s' if members.workers > 1 else ''}, threads in all: {members.threads}"
        yield Finding("ok", "work", f"Dask cluster {settings.cluster}: {found}")


def _publication(settings: Settings) -> Iterator[Finding]:
    folder = Path(settings.publication)
    if folder.exists() and not folder.is_dir():
        yield Finding("bad", "publication", f"{folder} is a file: move it away, or give another --publication")
        return
    existing = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("bad", "publication", f"{existing} cannot be written: give another --publication")
    elif folder.is_dir():
        months = months_shown(folder)
        found = f"{months[-1]} to {months[0]}" if len(months) > 1 else str(months[0]) if months else "nothing yet"
        yield Finding("ok", "publication", f"{folder}: {found}")
    else:
        yield Finding("note", "publication", f"{folder} is not there yet; the first release makes it")
