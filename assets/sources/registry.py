"""The list of all datasets, in the order in which they are read: one that others refer to comes before them."""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.readers.accounts import ACCOUNTS
from assets.sources.readers.activity_points import ACTIVITY_POINTS
from assets.sources.readers.activity_signals import PATENTS, RD_TAX_CLAIMS
from assets.sources.readers.boundaries import BOUNDARIES
from assets.sources.readers.business_counts import BUSINESS_COUNTS
from assets.sources.readers.businesses import BUSINESSES
from assets.sources.readers.companies_house import COMPANIES_HOUSE
from assets.sources.readers.cordis import CORDIS
from assets.sources.readers.events import EVENTS
from assets.sources.readers.idbr_enterprises import IDBR_ENTERPRISES
from assets.sources.readers.idbr_local_units import IDBR_LOCAL_UNITS
from assets.sources.readers.index_centres import INDEX_CENTRES
from assets.sources.readers.innovate_uk import INNOVATE_UK, INNOVATE_UK_APPLICATIONS
from assets.sources.readers.places import PLACES
from assets.sources.readers.postcodes import POSTCODES_DATASET
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from assets.sources.readers.ror import ROR_DATASET
from assets.sources.readers.rtic_companies import RTIC_COMPANIES
from assets.sources.readers.rtic_locations import RTIC_LOCATIONS
from assets.sources.readers.rtic_sectors import RTIC_SECTORS
from assets.sources.readers.sic_correspondence import SIC_CORRESPONDENCE
from assets.sources.readers.sic_sectors import SIC_SECTORS
from assets.sources.readers.training_labels import TRAINING_LABELS
from assets.sources.readers.ukri import UKRI

DATASETS: tuple[Dataset, ...] = (
    POSTCODES_DATASET,
    PLACES,
    BOUNDARIES,
    SIC_SECTORS,
    RTIC_SECTORS,
    SIC_CORRESPONDENCE,
    IDBR_ENTERPRISES,
    IDBR_LOCAL_UNITS,
    RTIC_COMPANIES,
    RTIC_LOCATIONS,
    COMPANIES_HOUSE,
    BUSINESS_COUNTS,
    ACCOUNTS,
    INNOVATE_UK,
    INNOVATE_UK_APPLICATIONS,
    UKRI,
    CORDIS,
    PUBLICATIONS_DATASET,
    ROR_DATASET,
    PATENTS,
    RD_TAX_CLAIMS,
    EVENTS,
    BUSINESSES,
    ACTIVITY_POINTS,
    INDEX_CENTRES,
    TRAINING_LABELS,
)
REGISTERS: tuple[tuple[str, ...], ...] = (
    ("idbr_enterprises", "idbr_local_units"),
    ("rtic_companies", "rtic_locations"),
    ("companies_house",),
)
"""The Map needs one of these whole, and `postcodes`."""
ITEM_SOURCES: tuple[tuple[str, ...], ...] = (
    ("events",),
    ("businesses",),
    ("rtic_companies", "rtic_locations"),
    ("publications",),
    ("activity_points",),
)
"""The Index needs one of these whole."""
OTHER_NAMES: frozenset[str] = frozenset({"truth"})
"""Folders that may lie in the same sources and that nothing here reads: what the synthetic United Kingdom says of
itself."""
