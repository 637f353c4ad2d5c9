"""Made-up countries over months: who is in which cluster, and what every business has.

Most clusters stay as they are from one month to the next, as in a real register; some gain or lose a business or a few,
change their type or their region, come and go, or have a sister in the other profile.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Warehouse
from tests.publication.outsider import Release, released
from tests.publication.register import METHOD, Cluster, businesses, fill_register, publish
from tests.support import MONTH

EVIDENCE = MethodProfile(name="evidence")
KINDS = ["Diverse", "Diverse", "Specialised", "Specialised", "R&D Collaborating", "Dispersed"]
REGIONS = ["Wales", "Wales", "London", "London", "Scotland"]


def country(seed: int, months: int = 6, clusters: int = 14) -> tuple[list[Cluster], dict[str, float], dict[str, float]]:
    """Clusters of each month and profile, employees and turnover of every business."""
    choose = random.Random(seed)
    everyone = businesses(30 * clusters)
    employees = {name: round(choose.lognormvariate(3, 2.0), 2) for name in everyone}
    turnover = {name: round(choose.lognormvariate(13, 2.0), 2) for name in everyone if choose.random() < 0.8}
    found: list[Cluster] = []
    members: list[str] = []
    for number in range(clusters):
        if number % 4 == 3:  # inside the one before it
            members = members[: max(len(members) - choose.randint(1, 4), 10)]
        else:
            members = choose.sample(everyone, choose.randint(10, 35))
        place = {"sector": choose.choice("WXYZ"), "region": choose.choice(REGIONS)}
        place["cluster_type"] = choose.choice(KINDS)
        left_out = choose.randint(0, 2)
        is_sister = choose.random() < 0.5
        for month in [MONTH.plus(later) for later in range(months)]:
            if month != MONTH and choose.random() < 0.2:
                newcomers = choose.sample([name for name in everyone if name not in members], choose.randint(1, 2))
                members = [*members, *newcomers]
            if month != MONTH and choose.random() < 0.1:
                members = members[min(choose.randint(0, 3), len(members) - 10) :]
            if month != MONTH and choose.random() < 0.15:
                place = {**place, "cluster_type": choose.choice(KINDS), "region": choose.choice(REGIONS)}
            if choose.random() < 0.07:
                continue
            found.append(Cluster(f"c{number}", members, month=month, more=_shown(members), **place))
            if is_sister and choose.random() < 0.95:
                other = members[min(left_out, len(members) - 10) :]
                found.append(
                    Cluster(f"c{number}", other, month=month, profile=EVIDENCE.name, more=_shown(other), **place)
                )
    return found, employees, turnover


def _shown(members: Sequence[str]) -> dict[str, object]:
    """What tells a cluster of these members from others on the map: an outline of its own."""
    east = sum(int(name[1:]) ** 2 for name in members) % 9_973 / 1_000
    north = sum(int(name[1:]) for name in members) % 9_001 / 1_000
    corner = f"{east:.4f} {north:.4f}"
    return {"outline_wkt": f"POLYGON (({corner}, {east + 1:.4f} {north:.4f}, {east:.4f} {north + 1:.4f}, {corner}))"}


def publish_all(warehouse: Warehouse, seed: int, months: int = 6, clusters: int = 14) -> list[Release]:
    """Publish the country month by month; what was shown of each."""
    found, employees, turnover = country(seed, months, clusters)
    fill_register(warehouse, found, employees, turnover)
    shown = []
    for month in [Month.plus(MONTH, later) for later in range(months)]:
        publish(warehouse, METHOD, EVIDENCE, month=month)
        shown.append(released(warehouse, month))
    return shown
