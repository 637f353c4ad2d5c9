"""How large the synthetic United Kingdom is and what it is like: every figure that shapes it, with where it comes from.

What belongs here: sizes at full scale, shares, ranges. What does not: the drawing itself, or any threshold of the
method, which must not know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assets.months import Month


@dataclass(frozen=True)
class Settings:
    """Sizes are at full scale and shrink in proportion; shares and ranges hold at any scale."""

    local_units: int = 3_100_000
    """Business sites in the register [METHOD, inputs]."""
    rtic_firms: int = 5_000_000
    """Firms in the Real-Time Industrial Classifications [METHOD, inputs]."""
    rtic_sizes: Literal["published", "large"] = "published"
    """published: an emerging sector has as many sites as in the government's release of 2025, 0.4 to 24 thousand, and
    most firms of RTIC are in none [METHOD, inputs]. large: every firm is in one or more, and a sector has 60 thousand
    to a million sites, for what has to carry more than the real ones."""
    rtic_sector_least: int = 399
    """Sites that a published sector keeps when it shrinks with the scale, as far as a large one has them: a sector of a
    few sites could hold no planted group. The smallest published sector has as many."""
    collaborators: int = 46_000
    """Organisations in Innovate UK applications [METHOD, inputs]."""
    applications: int = 111_000
    """Innovate UK applications [METHOD, inputs]."""
    ukri_projects: int = 24_000
    """Projects of other UK Research and Innovation funders [METHOD, inputs]."""
    unit_postcodes: int = 2_690_000
    """Unit postcodes of the directory, live and terminated, as in the release of May 2025."""
    works_per_institution: int = 20
    """Publications for each UK institution; full size would be thousands, and nothing here needs them."""
    history_months: int = 77
    """Months of funding before the first drop (September 2016 to January 2023) [METHOD, inputs]."""

    settlements: int = 3_000
    """Invented small towns and villages around the real towns."""
    terminated_share: float = 0.34
    """Of postcodes, those that Royal Mail has retired."""
    directory: Literal["lookup", "hosted"] = "lookup"
    """lookup: the ONS's release of the National Statistics Postcode Lookup, a ZIP. hosted: the table of the geography
    portal, whose columns have long labels. The postcodes are the same."""
    no_coordinates_share: float = 0.009
    """Of postcodes, those the directory has no place for (24,087 of 2.7 million in May 2025)."""
    regional_lean: float = 0.015
    """Standard deviation of the log of a sector's share of a region over the region's share of business. Real divisions
    lean by 0.27 (weighted). A lean that strong is itself a cluster as large as a region, and at 1:20 one of 0.04 is too
    for the largest sectors: then nothing found beside the planted groups could be called wrong."""

    single_site_share: float = 0.93
    """Of enterprises; the rest have a heavy-tailed number of sites."""
    missing_site_employees_share: float = 0.22
    """Of local units without an employee count."""
    unincorporated_share: float = 0.24
    """Of enterprises: sole proprietors and partnerships, which have no registration number."""
    unlisted_number_share: float = 0.04
    """Of companies in the register whose number the register lacks."""
    register_in_rtic_share: float = 0.75
    """Of the register's companies that are in RTIC too."""
    formation_agent_share: float = 0.04
    """Of RTIC firms that have only a registered office, at a formation agent's."""
    formation_agent_min: int = 220
    """Firms at the smallest formation agent's postcode."""
    formation_agents_max: int = 60
    """Formation agents at full scale."""
    shared_addresses: float = 0.42
    """Of companies that are not at a formation agent's, those whose office is where 10 to 199 companies have theirs; 0
    for a country without such addresses. Of the 46,611 companies of Sheffield and Rotherham in November 2024, 39,090
    were at postcodes with fewer than 200 companies, 16,459 (0.421) of these at the 585 with 10 or more."""
    shared_address_sizes: Mapping[int, int] = field(default_factory=lambda: {10: 364, 20: 145, 50: 47, 100: 29})
    """Postcodes there with so many companies and more, below the next number."""
    shared_address_below: int = 200
    """More companies than that are at formation agents' only; 16% of those of Sheffield and Rotherham were."""
    shared_address_alike: tuple[float, float] = (0.8, 2.6)
    """Parameters of the beta distribution of the share of an address's companies that are of the one sector it is known
    for, beside those that are by chance. Two companies at one of the 585 postcodes were of one SIC sector with
    probability 0.159, two at large with 0.070, and in the median the commonest sector had 0.30 of an address's
    companies, where sectors are shuffled 0.20."""
    monthly_births_share: float = 0.012
    """RTIC firms born in a month, of those there at the start."""
    monthly_deaths_share: float = 0.010
    """RTIC firms that leave in a month."""
    active_share: float = 0.035
    """Of firms outside planted groups, those with a signal of research, development or innovation."""

    events: int = 100_000
    """Innovation events of two years; no publisher says how many there were."""
    event_months: int = 24
    """Months of events in a drop, the month itself among them."""
    monthly_event_moves_share: float = 0.01
    """Of events, those that get another venue of their town in a month after their first."""
    index_shares: Mapping[str, float] = field(
        default_factory=lambda: {
            "AI and Data": 0.065,
            "Advanced Manufacturing": 0.055,
            "Ageing Society": 0.04,
            "Clean Growth": 0.055,
            "Smart Cities and Mobility": 0.04,
        }
    )
    """Of businesses, those in each category of the Index; four fifths are in none."""
    event_factor: float = 1.4
    """Events in a category, over businesses: these sites are those of technology's friends."""
    paper_factor: float = 1.5
    """Papers in a category, over businesses."""
    undescribed_share: float = 0.06
    """Of RTIC firms, those without a description."""
    monthly_redescribed_share: float = 0.004
    """Of RTIC firms, those that describe themselves anew in a month."""
    abstract_missing_share: float = 0.12
    """Of publications, those with a title only."""
    training_labels: int = 600
    """Labelled texts, at any scale: somebody reads each of them."""
    label_corrections: int = 36
    """Texts added by the second month's drop, in which wrong labels are put right too."""
    labels_none_share: float = 0.5
    """Of labelled texts, those of no category; below the true share, since people look for examples."""
    wrong_labels_share: float = 0.02
    """Of labelled texts, those that somebody labelled in haste."""
    label_subjects_share: float = 0.85
    """Of subjects that texts are about, those that labelled texts have; the rest are new to the classifier."""

    single_applicant_share: float = 0.53
    """Of applications, those with one participant; 13,546 of 25,453 projects in the Seventh Framework Programme."""
    consortium_max: int = 40
    """Largest consortium."""
    not_funded_share: float = 0.62
    """Of applications."""
    background_network_factor: float = 2.0
    """Collaborators are at least this many times those in planted groups, so that below about 1:20 there is still a
    network around them. Applications likewise, twice as many times."""

    spatial_groups: int = 60
    """Planted spatial groups at 1:20; they grow with the power 3/4 of scale."""
    communities: int = 30
    """Planted communities at 1:20, likewise."""
    group_radius_m: tuple[float, float] = (700.0, 12_000.0)
    """Smallest and largest radius of a planted spatial group."""
    group_excess: float = 2.0
    """A planted spatial group has at least this many times the firms that the background has of its sector there."""
    group_faint_share: float = 0.05
    """Of planted spatial groups, those that need not be: some are lost in their surroundings, as some real ones are."""
    group_firms: tuple[int, int] = (15, 300)
    """Fewest and most firms of a planted spatial group."""
    public: bool = False
    """Whether what stands in for the closed sources is written too: the companies' register, counts of local units,
    accounts, projects of the European Union. No other drop changes."""
    filings_a_year: int = 1
    """Accounts that a company of the register files a year, a divisor of 12. At full size a ZIP of a month has 155
    thousand filings with one; the real one has 300 thousand, for more companies file than the register has sites of."""
    community_firms: tuple[int, int] = (15, 120)
    """Fewest and most organisations of a planted community."""


SMALLEST_SCALE = 1 / 1000
PUBLIC_SIZES = Settings(public=True, filings_a_year=2, rtic_firms=5_200_000, ukri_projects=171_000, applications=58_000)
"""At full scale the public files are as large as the real ones of 2026: 5.7 million companies, 300 thousand accounts,
171 thousand projects of Gateway to Research, 52 thousand rows of Innovate UK's funded participants."""


@dataclass(frozen=True)
class Extent:
    """How much is drawn, for how long, and from which seed."""

    scale: float
    """Share of the full size."""
    months: tuple[Month, ...]
    seed: int
    settings: Settings
