"""The steps of the trust layer, in run order: each stands in its own module."""

from __future__ import annotations

from assets.trust.stability import stability
from assets.warehouse.steps import Step

STEPS: tuple[Step, ...] = (stability,)
