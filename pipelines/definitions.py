"""Assembly only: the layers' steps as assets, the resources, and what starts them."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from assets.fetch.dagster_assets import fetch_asset, fetch_key
from assets.fetch.registry import PUBLISHERS
from assets.fetch.steps import provenance_step, tell_at
from assets.innovation_index.steps import index_steps
from assets.method import find_profiles, shared_method
from assets.network.steps import STEPS as NETWORK
from assets.organisations.steps import STEPS as ORGANISATIONS
from assets.publication.base_map import BaseMap
from assets.publication.steps import publication_steps
from assets.sources.steps import ingest_step
from assets.spatial.steps import STEPS as SPATIAL
from assets.trust.steps import STEPS as TRUST
from assets.typology.steps import STEPS as TYPOLOGY
from assets.warehouse.dagster_assets import MethodResource, WarehouseResource, asset_of
from assets.warehouse.steps import Step
from pipelines.alerting.sensor import alerts_sensor
from pipelines.due import expected
from pipelines.jobs import fetch_and_refresh, fetch_drops, innovation_index, monthly_refresh
from pipelines.maintenance import prune_history, prune_weekly
from pipelines.profiles import PROFILES_FOLDER
from pipelines.schedules import monthly_schedule
from pipelines.sensors import later_month_sensor, new_drop_sensor
from pipelines.settings import Settings
from pipelines.upkeep_jobs import upkeep_jobs, upkeep_schedules


def all_steps(settings: Settings) -> list[Step]:
    """Every step, in an order in which they can run."""
    base_map = BaseMap(settings.base_map, settings.base_map_attribution or "") if settings.base_map else None
    return [
        ingest_step(settings.sources, bounds=settings.bounds, tell_at=tell_at),
        provenance_step(settings.sources, settings.bounds),
        *ORGANISATIONS,
        *SPATIAL,
        *NETWORK,
        *TYPOLOGY,
        *TRUST,
        *index_steps(settings.sources, settings.bounds),
        *publication_steps(settings.publication, base_map),
    ]


def build_defs(settings: Settings | None = None, **resources: object) -> dg.Definitions:
    """The code location for settings, the environment's where none are given.

    Resources given by name take the place of its own, so that a test can swap one without patching.
    """
    settings = settings or Settings.from_environment()
    steps = all_steps(settings)
    refresh = shared_method(find_profiles(settings.profiles, PROFILES_FOLDER)).refresh
    return dg.Definitions(
        assets=[
            *(
                fetch_asset(publisher, settings.sources, settings.limits, settings.first_month)
                for publisher in PUBLISHERS.values()
            ),
            *(expected(after_fetching(asset_of(step, settings.first_month), step), step, refresh) for step in steps),
        ],
        jobs=[
            monthly_refresh,
            innovation_index,
            fetch_drops,
            fetch_and_refresh(settings.fetched),
            prune_history,
            *upkeep_jobs(settings),
        ],
        schedules=[
            *(monthly_schedule(settings, job.name) for job in (monthly_refresh, innovation_index)),
            prune_weekly,
            *upkeep_schedules(settings),
        ],
        sensors=[new_drop_sensor(settings), later_month_sensor(settings, steps), alerts_sensor(settings)],
        resources={
            "warehouse": WarehouseResource(
                path=str(Path(settings.warehouse).absolute()),
                memory_limit=settings.memory_limit,
                threads=settings.threads,
                cluster=settings.cluster,
                cluster_wait_s=settings.cluster_wait_s,
            ),
            "method": MethodResource(profiles=list(settings.profiles), folder=str(PROFILES_FOLDER)),
            **resources,
        },
        executor=dg.in_process_executor,
    )


def after_fetching(assets: dg.AssetsDefinition, step: Step) -> dg.AssetsDefinition:
    """The assets of a step; those that drops fill stand after the fetching of these."""

    def placed(spec: dg.AssetSpec) -> dg.AssetSpec:
        fetched = [fetch_key(name) for name in step.datasets.get(".".join(spec.key.path), ()) if name in PUBLISHERS]
        return spec.replace_attributes(deps=[*spec.deps, *fetched])

    return assets.map_asset_specs(placed) if step.datasets else assets


@dg.definitions
def defs() -> dg.Definitions:
    """The code location that `workspace.yaml` and `dg` load."""
    return build_defs()
