"""Who researches with whom and who publishes: UKRI projects and publications as arrays.

What belongs here: draws of projects, their participants, and works. What does not: their records in the drops
(`ukri_drops`, `publication_drops`), or Innovate UK's own projects (`network`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from assets.arrays import Floats, Integers
from assets.months import Month
from synthetic_uk.firms import Firms
from synthetic_uk.network import Network
from synthetic_uk.register import SPECIAL_KINDS
from synthetic_uk.settings import Settings
from synthetic_uk.streams import choose, stream

SUBJECTS = ("materials", "genomes", "oceans", "language", "markets", "stars", "networks", "crops", "vaccines", "light")
_PUBLISHES_SHARE = 0.08


@dataclass(frozen=True)
class Research:
    """Projects and works with those who take part; months count from the first drop."""

    project_month: Integers
    project_start: list[date]
    project_amount: Integers
    project_of: Integers
    """Project of each participant row, the lead first in each."""
    organisation: Integers
    """Number of the organisation of each row."""
    publishers: Integers
    """Organisations with publications."""
    publisher_from: Integers
    work_publisher: Integers
    """Row of the publisher each work was drawn for."""
    work_day: list[date]


def draw_research(
    firms: Firms, network: Network, months: Sequence[Month], scale: float, seed: int, settings: Settings
) -> Research:
    """Every researching firm is in a UKRI project, but one in twelve, which publishes instead."""
    rng = stream(seed, "research")
    publishes = rng.random(len(network.researchers)) < _PUBLISHES_SHARE
    universities = network.hubs[firms.special_kind <= SPECIAL_KINDS.index("research_organisation")]
    lead_weight = rng.pareto(1.2, len(universities)) + 0.3
    number = max(12, round(settings.ukri_projects * scale))
    project_months, owners, organisations = [], [], []
    count = 0
    for month in range(len(months)):
        arrived = network.researchers[~publishes & (network.researcher_from == month)]
        projects = number if month == 0 else max(2, round(number / settings.history_months), len(arrived) // 5)
        owner, organisation = _projects(rng, arrived, projects, universities, lead_weight, network.overseas)
        owners.append(count + owner)
        organisations.append(organisation)
        project_months.append(np.full(projects, month))
        count += projects
    owner, organisation = np.concatenate(owners), np.concatenate(organisations)
    _, first = np.unique(np.column_stack([owner, organisation]), axis=0, return_index=True)
    kept = np.sort(first)
    project_month = np.concatenate(project_months)
    start = _days(rng, project_month, months, settings.history_months)
    amount = np.round(rng.lognormal(12.6, 0.9, count)).astype(np.int64)

    publishers = np.concatenate([network.hubs, network.researchers[publishes]])
    publisher_from = np.concatenate([np.zeros(len(network.hubs), dtype=np.int64), network.researcher_from[publishes]])
    works = np.concatenate(
        [
            rng.poisson(settings.works_per_institution, len(network.hubs)) + 1,
            rng.geometric(0.4, np.count_nonzero(publishes)),
        ]
    )
    work_publisher = np.repeat(np.arange(len(publishers)), works)
    work_day = _days(rng, publisher_from[work_publisher], months, 60)
    return Research(
        project_month,
        start,
        amount,
        owner[kept],
        organisation[kept],
        publishers,
        publisher_from,
        work_publisher,
        work_day,
    )


def _projects(
    rng: np.random.Generator,
    arrived: Integers,
    projects: int,
    universities: Integers,
    lead_weight: Floats,
    overseas: Integers,
) -> tuple[Integers, Integers]:
    """Who is in a month's projects: project, from 0 and in order, and organisation. Universities lead, firms join."""
    again = rng.permutation(arrived)[: len(arrived) // 10]
    size = rng.pareto(2.0, projects) + 0.5
    leads = universities[choose(rng, lead_weight, projects)]
    partners = np.concatenate([arrived, again])
    others = universities[choose(rng, lead_weight, projects)]
    abroad = rng.choice(overseas, projects // 10)
    everyone = np.concatenate([leads, partners, others, abroad])
    owner = np.concatenate(
        [
            np.arange(projects),
            choose(rng, size, len(partners)),
            np.arange(projects),
            rng.integers(0, projects, len(abroad)),
        ]
    )
    order = np.argsort(owner, kind="stable")
    return owner[order], everyone[order]


def _days(rng: np.random.Generator, month: Integers, months: Sequence[Month], history: int) -> list[date]:
    """A day in the month of each row's first drop, or for those of the first in the months of history before it."""
    earlier = rng.integers(1, history + 1, len(month))
    day = rng.integers(0, 28, len(month))
    return [
        (months[one] if one else months[0].plus(-int(before))).first_day + timedelta(days=int(after))
        for one, before, after in zip(month, earlier, day, strict=True)
    ]
