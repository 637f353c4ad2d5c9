"""A synthetic United Kingdom of 1:1000 over three months, made once for the tests of its drops."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.months import Month
from synthetic_uk import SynthesisReport, synthesise

MONTHS = (Month(2025, 3), Month(2025, 4), Month(2025, 5))
SCALE = 0.001
SEED = 11


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> SynthesisReport:
    return synthesise(tmp_path_factory.mktemp("synthetic_uk"), MONTHS, SCALE, SEED)


@pytest.fixture(scope="session")
def drops(synthetic: SynthesisReport) -> Path:
    return synthetic.out
