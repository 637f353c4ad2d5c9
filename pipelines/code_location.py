"""The code location that runs belong to: the UI shows under a job the runs that say they are of it.

What belongs here: its name and target, and telling a run of the command line whose it is. What does not: what it holds
(`definitions`), who serves it (`web`).
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.tags import CODE_LOCATION_TAG, REPOSITORY_LABEL_TAG
from dagster._core.workspace.load_target import ModuleTarget

DEFINITIONS = "pipelines.definitions"
"""The module of the definitions, and the location's name, in `workspace.yaml` too."""


def target() -> ModuleTarget:
    """What a server of the location loads."""
    return ModuleTarget(DEFINITIONS, None, str(Path.cwd()), DEFINITIONS)


def job_origin(job: str) -> RemoteJobOrigin:
    """Whose a run of a job is, as those say that the UI starts."""
    (location,) = target().create_origins()
    return RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME).get_job_origin(job)


def tags_of(origin: RemoteJobOrigin) -> dict[str, str]:
    """The tags by which the UI finds a job's runs."""
    repository = origin.repository_origin
    return {
        CODE_LOCATION_TAG: repository.code_location_origin.location_name,
        REPOSITORY_LABEL_TAG: repository.get_label(),
    }


class Belonging:
    """Writes at a run's first event whose it is: what starts a run in its own process cannot say so.

    To be added to the instance as the run's listener.
    """

    def __init__(self, instance: dg.DagsterInstance, origin: RemoteJobOrigin) -> None:
        self.instance = instance
        self.origin = origin
        self.is_told = False

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Tell the run that an event is of."""
        if self.is_told:
            return
        self.is_told = True
        if run := self.instance.get_run_by_id(entry.run_id):
            self.instance.run_storage.replace_job_origin(run, self.origin)
