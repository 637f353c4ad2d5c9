"""The steps of the trust layer: each stands in its own module."""

from __future__ import annotations

from assets.trust.audits import cluster_audit, unplaced_money
from assets.trust.criteria import criteria
from assets.trust.localisation import k_bands, localisation
from assets.trust.methods import methods
from assets.trust.stability import stability
from assets.warehouse.steps import Step

STEPS: tuple[Step, ...] = (stability, k_bands, localisation, criteria, methods, cluster_audit, unplaced_money)
