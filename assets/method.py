"""The method profile: every default of the method, named, typed, and documented with who said so.

What belongs here: a threshold, a choice of algorithm, a seed. What does not: paths, credentials, formats.
Each parameter carries one of four origins: `stated` by the publisher, `recovered` from files the publisher released,
`inferred` from the publisher's words and files, or `ours`, published nowhere. Profiles are TOML files in
`pipelines/profiles` that say only what differs from the defaults here.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

Origin = Literal["stated", "recovered", "inferred", "ours"]


@dataclass(frozen=True)
class By:
    """Who a parameter's default comes from."""

    origin: Origin


STATED, RECOVERED, INFERRED, OURS = By("stated"), By("recovered"), By("inferred"), By("ours")

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1, lt=2**31)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Probabilities = tuple[Chance, Chance]
"""m and u of a level of agreement: its share of the pairs of one organisation, and of the pairs of two."""
CommunityAlgorithm = Literal["leiden", "louvain"]
HowOften = Literal["monthly", "quarterly", "yearly", "once"]
LAST_DAY_OF_ALL = 28
"""The last day that every month of the calendar has."""


class Section(BaseModel):
    """A group of parameters; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse true and false where a number is wanted, for which pydantic would take 1 and 0."""
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation in (int, float):
            raise ValueError("a number is wanted, not true or false")
        return value


class SourcesMethod(Section):
    """How strictly drops are read. Shared by all profiles of a month."""

    max_rejected_share: Annotated[Share, OURS] = 0.01
    """Share of a drop's rows that may be refused one by one before the whole drop is refused."""
    max_row_count_change_share: Annotated[Positive, OURS] = 0.25
    """Warn where a table's rows differ from last month's by more than this share."""
    max_unlocated_share: Annotated[Share, OURS] = 0.2
    """Warn where more than this share of a funder's money has no place."""
    drop_change_warn_share: Annotated[Positive, OURS] = 0.25
    """Warn where the rows, a total or a share of a drop's column differ from those of the dataset's drop before by more
    than this share."""
    drop_change_block_factor: Annotated[float, Field(gt=1), OURS] = 3.0
    """Refuse a drop where they are this many times what they were, or one such part of it."""
    max_unread_share: Annotated[Share, OURS] = 0.05
    """Warn where of the postcodes, company numbers or other codes of a drop's column more than this share is none and
    was left out."""
    max_employees: Annotated[Count, OURS] = 2_000_000
    """A row that gives an enterprise, a firm or a site more employees is refused: the largest employers of the United
    Kingdom, its health services, have about one and a half million together."""
    max_turnover_gbp: Annotated[Positive, OURS] = 1e12
    """A row that gives a business a larger turnover, in GBP, is refused: a third of the country's whole output."""
    max_award_gbp: Annotated[Positive, OURS] = 2e9
    """A row that gives a larger award, fund, offer or claim, in GBP, is refused."""
    max_citations: Annotated[Count, OURS] = 1_000_000
    """A publication with more citations is refused: the most cited of all have some hundred thousand."""
    max_population: Annotated[Count, OURS] = 20_000_000
    """A town with more residents is refused."""
    max_grid_error_m: Annotated[Positive, OURS] = 5_000.0
    """A postcode's grid reference agrees with its latitude and longitude where they are at most this far apart, in
    metres; of a sample of the directory at most max_rejected_share may be further."""
    grid_sample_rows: Annotated[Count, OURS] = 20_000
    """Postcodes whose grid references are held against their degrees, evenly spaced over the directory."""


class OrganisationsMethod(Section):
    """Who is who, and who is active. Shared by all profiles of a month."""

    formation_agent_cap: Annotated[Count, OURS] = 200
    """A postcode with more organisations than this that have only a registered office there is a formation agent's."""
    rdi_window_years: Annotated[Count, STATED] = 7
    """Years before the month's end in which an application, project or publication makes an organisation active."""
    on_hold_funding_counts: Annotated[bool, STATED] = True
    """Whether awards of projects on hold are funding. Those of participants and of projects that withdrew never are."""
    firm_types: Annotated[tuple[str, ...], OURS] = ("business",)
    """Organisation types that count as firms."""
    use_business_counts: Annotated[bool, OURS] = False
    """Whether the units of UK Business Counts are the sites of business where the month has no IDBR: each stands on a
    postcode of its area, and companies that Companies House alone names are no sites beside them."""
    counts_postcode_cap: Annotated[Count, OURS] = 20
    """Companies that a postcode weighs with at the most where the units of an area are put on its postcodes: an
    accountant's address is no place of work of all that are registered there."""
    counts_min_companies_share: Annotated[Share, OURS] = 0.1
    """An area's units are put where its companies are registered if it has at least this share of them in companies,
    as capped; else on all its live postcodes alike."""
    largest_band_employees: Annotated[Count, OURS] = 2_000
    """Employees of a unit in a size band without an upper end; of any other band it is the middle."""
    use_cordis: Annotated[bool, OURS] = False
    """Whether projects of the European Union's framework programmes are RD&I activity and collaborations beside those
    of Innovate UK."""
    link_threshold: Annotated[Share, OURS] = 0.95
    """Match probability from which record linkage takes two names for one organisation."""
    link_rare_token_names: Annotated[Count, OURS] = 100
    """A word of a name is rare, and names that share it are compared, where at most this many known names hold it."""


class LinkageMethod(Section):
    """Record linkage of names (Fellegi and Sunter 1969): what each agreement says. Shared by all profiles of a month.

    Each level of agreement has (m, u): its share of the pairs of one organisation, and of the pairs of two. They are
    round figures for a register of some eight million names: u of a shared postcode, for example, is about the number
    of organisations at a usual postcode over all of them. Over the levels of a comparison each sums to 1. With these,
    similar names are linked where they share a postcode or, close together, a rare word.
    """

    link_prior: Annotated[Chance, OURS] = 1e-7
    """Share of all pairs that are of one organisation."""
    link_initial_letters: Annotated[Count, OURS] = 3
    """Names in one postcode district are compared where so many first letters are the same."""
    link_name_same: Annotated[Probabilities, OURS] = (0.55, 1e-6)
    """Names are equal."""
    link_name_reordered: Annotated[Probabilities, OURS] = (0.10, 1e-6)
    """Names have the same words in another order."""
    link_close_similarity: Annotated[Share, OURS] = 0.95
    """Jaro-Winkler similarity from which two names are close."""
    link_name_close: Annotated[Probabilities, OURS] = (0.20, 5e-6)
    """Names are close."""
    link_near_similarity: Annotated[Share, OURS] = 0.90
    """Jaro-Winkler similarity from which two names that are not close are near."""
    link_name_near: Annotated[Probabilities, OURS] = (0.10, 2e-5)
    """Names are near."""
    link_name_other: Annotated[Probabilities, OURS] = (0.05, 1 - 2.7e-5)
    """Any other two names."""
    link_postcode_same: Annotated[Probabilities, OURS] = (0.50, 1e-5)
    """Postcodes are equal."""
    link_sector_same: Annotated[Probabilities, OURS] = (0.10, 2e-4)
    """Postcodes are of one sector."""
    link_district_same: Annotated[Probabilities, OURS] = (0.15, 1e-3)
    """Postcodes are of one district."""
    link_postcode_other: Annotated[Probabilities, OURS] = (0.25, 1 - 1.21e-3)
    """Any other two postcodes; a missing one says nothing."""
    link_rare_token_shared: Annotated[Probabilities, OURS] = (0.60, 1e-4)
    """Names share a rare word."""
    link_rare_token_other: Annotated[Probabilities, OURS] = (0.40, 1 - 1e-4)
    """Names share none."""

    @model_validator(mode="after")
    def _sums_are_one(self) -> LinkageMethod:
        """Refuse levels that are not all the cases there are."""
        for levels in LINK_COMPARISONS:
            for part, share in enumerate("mu"):
                found = sum(getattr(self, level)[part] for level in levels)
                if abs(found - 1) > ROUNDING:
                    raise ValueError(f"{share} of {', '.join(levels)} sum to {found:.9g}, and have to sum to 1")
        return self


LINK_COMPARISONS = (
    ("link_name_same", "link_name_reordered", "link_name_close", "link_name_near", "link_name_other"),
    ("link_postcode_same", "link_sector_same", "link_district_same", "link_postcode_other"),
    ("link_rare_token_shared", "link_rare_token_other"),
)
"""The levels of each comparison of record linkage, the first that holds counts."""
ROUNDING = 1e-9
"""By which sums of shares may miss 1."""


class GraphMethod(Section):
    """The graph of collaboration. Shared by all profiles of a month."""

    max_consortium: Annotated[int, Field(ge=2), OURS] = 50
    """Applications with more partners are left out of the graph."""


class IndexMethod(Section):
    """The Index: classifier, clusters, places. Shared by all profiles of a month."""

    event_window_years: Annotated[Count, OURS] = 2
    """Years before the month's end in which an event is an item."""
    paper_window_years: Annotated[Count, OURS] = 5
    """Years before the month's end in which a paper is an item."""
    use_seed_examples: Annotated[bool, OURS] = True
    """Whether the shipped, hand-written examples are learned from beside the labels of people."""
    min_class_examples: Annotated[int, Field(ge=2), OURS] = 5
    """Training examples that every category has at least; fewer stop the classifier."""
    text_features: Annotated[Count, OURS] = 1_048_576
    """Features that words and runs of letters are hashed to; with fewer, more of them fall together."""
    text_run_letters: Annotated[int, Field(ge=2), OURS] = 4
    """Letters in a row, the space around a word included, that are a feature beside whole words: what words of one
    stem, and words with a slip, have in common."""
    text_regularisation: Annotated[Positive, OURS] = 0.01
    """Strength of the penalty on the classifier's weights: the inverse of scikit-learn's C."""
    classifier_folds: Annotated[int, Field(ge=2), OURS] = 5
    """Folds in which every training example is scored by a model that has not seen it."""
    classifier_seed: Annotated[Seed, OURS] = 20180131
    """Seed of the folds."""
    min_calibration_labels: Annotated[int, Field(ge=2), OURS] = 30
    """Texts labelled by people, of each category and not of it, from which probabilities and thresholds are made on
    these alone; with fewer, on the shipped examples too."""
    adjust_prevalence: Annotated[bool, OURS] = True
    """Whether probabilities and thresholds follow the share of each category among the month's texts, estimated from
    them; without it they are for the mixture of the examples."""
    min_prevalence_texts: Annotated[Count, OURS] = 1_000
    """Texts of a month from which that share is estimated; with fewer the mixture of the examples is kept."""
    min_macro_f1: Annotated[Share, OURS] = 0.7
    """Warn where the classifier's mean F1 on examples it has not seen is below this."""
    index_algorithm: Annotated[Literal["kmeans", "hdbscan"], RECOVERED] = "kmeans"
    """kmeans, as published; hdbscan, the publisher's announced next step."""
    k_overall: Annotated[Count, RECOVERED] = 30
    """Clusters over all five categories together."""
    k_advanced_manufacturing: Annotated[Count, RECOVERED] = 33
    """Clusters of Advanced Manufacturing."""
    k_ageing_society: Annotated[Count, RECOVERED] = 30
    """Clusters of Ageing Society."""
    k_ai_and_data: Annotated[Count, RECOVERED] = 35
    """Clusters of AI and Data."""
    k_clean_growth: Annotated[Count, RECOVERED] = 40
    """Clusters of Clean Growth."""
    k_smart_cities_and_mobility: Annotated[Count, RECOVERED] = 22
    """Clusters of Smart Cities and Mobility."""
    kmeans_starts: Annotated[Count, OURS] = 10
    """k-means++ starts, of which the best is taken, or compared with where centres are given."""
    kmeans_max_iterations: Annotated[Count, OURS] = 1_000
    """Lloyd iterations at the most; reaching it is a warning."""
    kmeans_seed: Annotated[Seed, OURS] = 20180201
    """Seed of the k-means++ starts and of the bootstrap samples."""
    stability_draws: Annotated[Count, OURS] = 10
    """Bootstrap samples that the stability is measured over."""
    index_min_cluster_share: Annotated[Share, OURS] = 0.005
    """min_cluster_size of hdbscan: this share of the category's items, and at least index_min_cluster_items."""
    index_min_cluster_items: Annotated[Count, OURS] = 10
    """See index_min_cluster_share."""
    index_min_samples: Annotated[Count, OURS] = 5
    """min_samples of hdbscan."""
    index_identity_min_share: Annotated[Share, OURS] = 0.5
    """A cluster not started from last month's centre keeps its identifier where more than this share of its items
    stand together in one cluster."""
    index_min_carried_share: Annotated[Share, OURS] = 0.95
    """Warn where fewer of last month's items, still here and not moved, are in the same cluster."""
    link_weight: Annotated[float, Field(ge=0), OURS] = 0.0
    """How strongly items that work together (joint projects, co-authored papers) are drawn to each other before they
    are clustered: 0 not at all, 1 half way to the mean of those they are linked with."""
    index_buffer_m: Annotated[Positive, RECOVERED] = 4_350.0
    """Buffer around the convex hull in metres."""
    ranking_size: Annotated[Count, STATED] = 10
    """Clusters that the printed tables show."""
    place_radius_km: Annotated[Positive, OURS] = 10.0
    """An item belongs to the nearest town within this distance."""
    place_alpha: Annotated[Share, OURS] = 0.05
    """Level of the test of a town's specialisation, and of its interval."""


class LocalisationMethod(Section):
    """Whether a sector is localised or dispersed among all business: K-densities (Duranton and Overman 2005). Shared by
    all profiles of a month."""

    k_reach_km: Annotated[Positive, OURS] = 180.0
    """Longest distance between two sites that is looked at, in kilometres: the paper's, the median distance between two
    of its sites."""
    k_step_km: Annotated[Positive, OURS] = 1.0
    """The distances looked at are 0, this, twice this, ... kilometres."""
    k_cell_km: Annotated[Positive, OURS] = 1.0
    """Sites are moved to the middles of square cells so wide, in kilometres, and no bandwidth is smaller: for a
    register of one region a tenth of this shows more."""
    k_draws: Annotated[Count, OURS] = 500
    """Draws of sites from all business sites, at each number of sites."""
    k_sizes: Annotated[Count, OURS] = 8
    """Numbers of sites that are drawn, spaced by ratio from the smallest sector to the largest; between them bands are
    interpolated. Where the sectors have no more numbers of sites than these, they are the sectors' own."""
    k_alpha: Annotated[Chance, OURS] = 0.05
    """Share of sectors of chance that is called localised, and of the others that is called dispersed."""
    k_min_sites: Annotated[int, Field(ge=2), OURS] = 10
    """A sector with fewer sites gets no verdict; the paper leaves out industries of up to so many."""
    k_seed: Annotated[Seed, OURS] = 20050104
    """Seed of the draws."""


class PublicationMethod(Section):
    """What may leave the warehouse. Shared by all profiles of a month."""

    disclosure_min_firms: Annotated[Count, STATED] = 10
    """Counts of fewer firms do not appear."""
    share_bands: Annotated[tuple[float, ...], INFERRED] = (0.02, 0.10, 0.20, 0.50, 1.0)
    """Upper edges of the bands of a share from which a smaller count of firms could be worked out; the government gives
    the first three, those above are ours."""
    address_notice_share: Annotated[Share, OURS] = 0.30
    """A cluster of which more than this share of the firms may be at one postcode is told of in words. Bands of that
    share have this edge beside those of `share_bands`."""
    band_min_counts: Annotated[Count, OURS] = 3
    """Counts of firms that a band leaves open at the least: one with fewer is joined with the next."""
    employees_rounding: Annotated[Count, STATED] = 10
    """Employees are rounded to a multiple of this."""
    turnover_rounding_gbp: Annotated[Count, INFERRED] = 10_000
    """Turnover is rounded to a multiple of this: 10 in the register's thousands of GBP."""
    dominance_one_share: Annotated[Share, OURS] = 0.75
    """A figure is suppressed where one business holds more than this share of it, the (1, k) rule."""
    dominance_two_share: Annotated[Share, OURS] = 0.85
    """And where two businesses together hold more than this share, the (2, k) rule."""
    p_percent: Annotated[Share, OURS] = 0.10
    """And where the figure less its two largest businesses is below this share of the largest: the second could then
    tell the first's figure more closely, the p% rule."""
    protection_share: Annotated[Share, OURS] = 0.10
    """A suppressed figure is protected where what is published lets it be at least this share lower and higher."""
    difference_max_firms: Annotated[Count, OURS] = 100
    """Two clusters that differ by at most this many organisations, one of them nearly inside the other, have the figure
    of their difference put to the rules."""
    differences_months: Annotated[Count, OURS] = 12
    """A figure is compared with its own of so many months before and after, and with the last that gave it."""
    totals_weight: Annotated[Positive, OURS] = 1.0
    """Secondary suppression: what a total costs for each unit it has to be free by, where a cluster costs 1."""
    grand_total_weight: Annotated[Positive, OURS] = 10.0
    """The same of the total of all clusters."""
    cover_weight: Annotated[Positive, OURS] = 0.1
    """The same of a figure that was suppressed before, times what it would cost else: what covers others goes on to."""
    near_town_km: Annotated[Positive, OURS] = 10.0
    """On the map a town has the clusters that cover it, and those whose centre is within this distance."""
    timeline_months: Annotated[Count, OURS] = 24
    """Months that a time line on the map, and the history that can be downloaded, go back at the most."""
    approval: Annotated[bool, OURS] = False
    """Whether a month's release is shown only once a person has approved the very rows that it is made of."""


class RefreshMethod(Section):
    """When the monthly refresh runs. Shared by all profiles of a month; it decides no row."""

    day_of_month: Annotated[int, Field(ge=1, le=LAST_DAY_OF_ALL), OURS] = 6
    """Day of the following month from which on the schedule looks, each day until the 28th, whether the month is ready
    to be made, London time."""
    hour: Annotated[int, Field(ge=0, le=23), OURS] = 5
    """Hour of those days, London time."""
    wait_days: Annotated[int, Field(ge=0), OURS] = 10
    """Days that a month's further monthly drops are waited for: by the schedule from day_of_month, by the sensor from
    the day on which it saw the first drop of the month, and until the month is over. Then the month is made of what is
    there."""
    late_after_days: Annotated[int, Field(ge=0, le=LAST_DAY_OF_ALL), OURS] = 3
    """Days after these from which a month that is not published is late."""


class Expectation(Section):
    """How a dataset is expected."""

    how_often: HowOften = "once"
    """How often a drop comes: each month, quarter or year, or once for all."""
    greatest_age_months: Annotated[int, Field(ge=0)] | None = None
    """Greatest age of a drop, in months from its date to the month made; none where any age will do."""
    needed_to: Literal["nothing", "publish", "make"] = "nothing"
    """What of a month is not done without a drop that is not older than that: nothing is left undone, it is not
    published, or not even made."""

    def __str__(self) -> str:
        """In words, for a page."""
        age = "of any age" if self.greatest_age_months is None else f"at most {self.greatest_age_months} months old"
        return f"{self.how_often}, {age}" + ("" if self.needed_to == "nothing" else f", needed to {self.needed_to}")


def _expected(how_often: HowOften, greatest_age_months: int | None = None) -> Expectation:
    return Expectation(how_often=how_often, greatest_age_months=greatest_age_months)


class ExpectedMethod(Section):
    """How each dataset is expected: `how_often` (monthly, quarterly, yearly, once), `greatest_age_months` at the month
    made, and `needed_to` (nothing, publish, make). A profile says what differs, as in
    `[expected.postcodes]` and under it `greatest_age_months = 6` and `needed_to = "publish"`. What is expected and has
    never come is not missed unless it is needed. Shared by all profiles of a month; it decides no row.
    """

    postcodes: Annotated[Expectation, OURS] = _expected("quarterly", 12)
    """The postcode directories come out in February, May, August and November."""
    places: Annotated[Expectation, OURS] = _expected("once")
    """Towns, in place of the shipped list."""
    boundaries: Annotated[Expectation, OURS] = _expected("yearly", 60)
    """Districts change by order of Parliament, not each year."""
    sic_sectors: Annotated[Expectation, OURS] = _expected("once")
    """Sectors of SIC codes, in place of the shipped list."""
    rtic_sectors: Annotated[Expectation, OURS] = _expected("once")
    """Sectors of RTIC codes, in place of the shipped list."""
    sic_correspondence: Annotated[Expectation, OURS] = _expected("once")
    """When a classification is followed by another, every five to twenty years."""
    idbr_enterprises: Annotated[Expectation, OURS] = _expected("yearly", 24)
    """The register's extract is of March, and comes months later."""
    idbr_local_units: Annotated[Expectation, OURS] = _expected("yearly", 24)
    """As the enterprises."""
    rtic_companies: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """Classified anew each month."""
    rtic_locations: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """As the companies."""
    companies_house: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """A snapshot in the first days of each month."""
    business_counts: Annotated[Expectation, OURS] = _expected("yearly", 24)
    """Of March, published in autumn."""
    accounts: Annotated[Expectation, OURS] = _expected("monthly", 6)
    """A file of each month's filings; a company files once a year."""
    innovate_uk: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """The list of funded projects comes out each month."""
    innovate_uk_applications: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """Delivered with the list of funded projects."""
    ukri: Annotated[Expectation, OURS] = _expected("monthly", 12)
    """Gateway to Research is a live service, of which a snapshot is taken each month."""
    cordis: Annotated[Expectation, OURS] = _expected("monthly", 12)
    """Written anew each month."""
    publications: Annotated[Expectation, OURS] = _expected("monthly", 12)
    """The snapshot comes out each month; years of publications count."""
    ror: Annotated[Expectation, OURS] = _expected("monthly", 24)
    """A release each month, of which few places change."""
    patents: Annotated[Expectation, OURS] = _expected("yearly", 24)
    """An optional signal."""
    rd_tax_claims: Annotated[Expectation, OURS] = _expected("yearly", 24)
    """An optional signal; claims are made for a year."""
    events: Annotated[Expectation, OURS] = _expected("monthly", 3)
    """Collected each month."""
    businesses: Annotated[Expectation, OURS] = _expected("monthly", 12)
    """The Index's businesses, where they are not RTIC's."""
    activity_points: Annotated[Expectation, OURS] = _expected("once")
    """Items classified elsewhere."""
    index_centres: Annotated[Expectation, OURS] = _expected("once")
    """Where the Index's clusters start."""
    training_labels: Annotated[Expectation, OURS] = _expected("once")
    """Labels of people hold until there are more."""

    @field_validator("*", mode="before")
    @classmethod
    def _over_the_default(cls, value: object, info: ValidationInfo) -> object:
        """What a profile leaves out of a dataset's expectation stays as it is by default."""
        usual = cls.model_fields[info.field_name or ""].default
        return {**usual.model_dump(), **value} if isinstance(value, dict) else value

    def of(self, dataset: str) -> Expectation:
        """How a dataset is expected."""
        found: Expectation = getattr(self, dataset)
        return found


class KeepMethod(Section):
    """What of the warehouse stays, and how large its file may be. Shared by all profiles of a month; no row depends on
    it."""

    working_months: Annotated[Count, OURS] = 3
    """Months, the newest, whose working tables stay: what a month is made through and the rows of its drops. Results,
    what was released, and which drops each month used stay for ever; an older month that is made again is made from
    its drops."""
    max_free_share: Annotated[float, Field(gt=0, lt=1), OURS] = 0.2
    """The warehouse is written anew where more than this share of its file is free: a file of a fifth free space has
    1.25 times the size that it needs."""
    compact_from_mb: Annotated[Count, OURS] = 256
    """A file of fewer megabytes is not written anew by itself at the end of a run; `innovation-clusters maintain` does
    so at any size."""


class SpatialMethod(Section):
    """Groups of sites per sector."""

    algorithm: Annotated[Literal["hdbscan", "dbscan", "scan"], INFERRED] = "hdbscan"
    """hdbscan: excess of mass; dbscan: fixed radius; scan: denser than business at large, over the hierarchy."""
    min_firms: Annotated[Count, STATED] = 10
    """Distinct firms a group must have."""
    size_coefficient: Annotated[Positive, INFERRED] = 0.0426
    """min_cluster_size = max(min_firms, round(size_coefficient * points ** size_exponent)); points of both grids."""
    size_exponent: Annotated[float, Field(gt=0, le=1), INFERRED] = 0.75
    """See size_coefficient. Both are fitted on real postcodes against sizes and numbers of the published clusters."""
    min_samples_floor: Annotated[Count, OURS] = 5
    """min_samples = max(min_samples_floor, min_cluster_size // min_samples_divisor)."""
    min_samples_divisor: Annotated[Count, OURS] = 2
    """See min_samples_floor."""
    epsilon_rule: Annotated[Literal["none", "median_neighbour"], OURS] = "none"
    """cluster_selection_epsilon: none, or the median distance to the min_samples-th neighbour within its bounds."""
    epsilon_min_m: Annotated[Positive, OURS] = 500.0
    """Lower bound of cluster_selection_epsilon in metres."""
    epsilon_max_m: Annotated[Positive, OURS] = 6_000.0
    """Upper bound of cluster_selection_epsilon in metres."""
    min_points_factor: Annotated[Count, OURS] = 2
    """A sector with fewer than this many times min_cluster_size points is not run."""
    dbscan_radius_m: Annotated[Positive, OURS] = 1_500.0
    """Radius of DBSCAN in metres."""
    dbscan_min_samples: Annotated[Count, OURS] = 10
    """Points within the radius that make a core point of DBSCAN."""
    scan_min_samples: Annotated[Count, OURS] = 5
    """min_samples of the hierarchy that the scan goes over."""
    max_link_m: Annotated[Positive, OURS] = 15_000.0
    """Longest link of a window of the scan, in metres."""
    background_power: Annotated[float, Field(ge=0, le=1), OURS] = 0.8
    """The scan's hierarchy is built on distances times (typical spacing / spacing at the place) to this power, spacing
    being that of business at large; 0 is HDBSCAN's own tree, on metres."""
    background_neighbours: Annotated[Count, OURS] = 300
    """That spacing is the distance within which a place has this many business sites."""
    background_least_m: Annotated[Positive, OURS] = 100.0
    """Smallest such spacing, in metres: hundreds of sites may share one postcode."""
    min_relative_density: Annotated[float, Field(ge=1), OURS] = 2.0
    """Cases over expectation, k / E, that a window of the scan has at least: over thousands of firms a twentieth more
    than business at large is beyond chance, and still no cluster."""
    scan_alpha: Annotated[Share, OURS] = 0.05
    """The scan's penalty is the (1 - scan_alpha) quantile of the largest score on null data."""
    min_places: Annotated[Count, OURS] = 5
    """Distinct postcodes that a window of the scan has at least."""
    max_address_share: Annotated[Share, OURS] = 0.3
    """Largest share of a window's firms at one postcode: more is an address, not a place."""
    address_cap: Annotated[Count, OURS] = 2
    """Firms of a sector that count at one postcode at the most, in the score and on null data; of its other sites the
    same proportion counts. Members are all."""
    ellipse_max_ratio: Annotated[float, Field(ge=1), OURS] = 8.0
    """Greatest length over breadth of the ellipse that a window of the scan settles in."""
    ellipse_cost: Annotated[Positive, OURS] = 3.0
    """Log likelihood that an ellipse must have more than the best circle."""
    ellipse_reach_factor: Annotated[Positive, OURS] = 2.0
    """The ellipse is sought among what lies within so many radii of the window, and ..."""
    ellipse_reach_m: Annotated[Positive, OURS] = 5_000.0
    """... so many metres more."""
    join_m: Annotated[Positive, OURS] = 1_000.0
    """Groups of a sector whose nearest firms are no further apart than this, or than the links of both, are one."""
    scan_null_draws: Annotated[Count, OURS] = 100
    """Null data sets at each number of cases, at the most."""
    scan_null_min_draws: Annotated[Count, OURS] = 20
    """Null data sets at each number of cases, at the least."""
    scan_null_cases: Annotated[Count, OURS] = 5_000_000
    """Cases drawn in all at each number of cases, as far as the two bounds leave it open: the largest score changes
    less from draw to draw the more cases there are, and costs more."""
    scan_null_sites: Annotated[Count, OURS] = 300_000_000
    """Business sites held against null data in all at each number of cases, likewise: 37 draws of the full country. The
    critical score of 37 draws has a standard error of half a scale of the distribution, that of 100 of 0.3."""
    scan_null_sizes: Annotated[Count, OURS] = 6
    """Numbers of cases at which the null is simulated, spaced by ratio between the smallest and largest sector."""
    scan_seed: Annotated[Seed, OURS] = 20180117
    """Seed of the scan's null data."""
    hull_ratio: Annotated[Share, OURS] = 0.7
    """Ratio of the concave hull: 0 the tightest, 1 the convex hull."""
    outline_buffer_m: Annotated[Positive, OURS] = 1_000.0
    """Buffer around the hull in metres."""
    lq_alpha: Annotated[Share, OURS] = 0.05
    """Level of the location quotient's test (after Benjamini-Hochberg) and of its interval."""


class NetworkMethod(Section):
    """Communities of collaborators and the collaborative test."""

    community_method: Annotated[Literal["consensus", "scan"], OURS] = "consensus"
    """consensus: at one resolution over many seeds; scan: over resolutions against a null model."""
    community_algorithm: Annotated[CommunityAlgorithm, OURS] = "leiden"
    """leiden or louvain: how either partitions the graph. Louvain takes some twenty times as long, and a community of
    its may be in pieces."""
    resolution: Annotated[Positive, OURS] = 1.0
    """Resolution of modularity for consensus."""
    leiden_iterations: Annotated[Count, OURS] = 3
    """Times that Leiden goes over the graph, each from the partition before."""
    consensus_runs: Annotated[Count, OURS] = 20
    """Partitions, each from its own seed, that the consensus is taken over."""
    consensus_share: Annotated[Share, OURS] = 0.5
    """Share of partitions in which two neighbours must stand together to stay together."""
    scan_resolutions: Annotated[tuple[float, ...], OURS] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
    """Resolutions that candidates are taken from."""
    member_min_joint: Annotated[Count, OURS] = 2
    """Joint applications that every member must have with the rest of its group."""
    member_alpha: Annotated[Share, OURS] = 0.001
    """Poisson level of a member's joint partnerships over what its number of partnerships would give."""
    community_null_draws: Annotated[Count, OURS] = 5
    """Networks of the same degrees in which the scan looks for candidates."""
    community_null_sigmas: Annotated[Positive, OURS] = 4.0
    """Standard deviations above the mean that the null score is taken at."""
    community_null_candidates: Annotated[Count, OURS] = 50
    """Candidates at least that the null score is fitted to: where fewer have enough firms, those with the most."""
    null_trades_per_application: Annotated[Count, OURS] = 10
    """Trades of partners for each application that make a network of the same degrees."""
    community_min_firms: Annotated[Count, STATED] = 10
    """Distinct firms a community must have."""
    min_joint_projects: Annotated[Count, OURS] = 3
    """Joint projects a collaborative group has at least."""
    min_joint_pairs: Annotated[Count, OURS] = 2
    """Distinct pairs with joint projects a collaborative group has at least."""
    collaboration_alpha: Annotated[Share, OURS] = 0.05
    """Level of the test of joint work against networks of the same degrees."""
    collaboration_draws: Annotated[Count, OURS] = 199
    """Networks of the same degrees that the test is made against."""
    colocation_km: Annotated[Positive, OURS] = 25.0
    """Distance within which a community's firms are co-located, in kilometres."""
    colocated_min_share: Annotated[Share, OURS] = 0.5
    """Share of located firms that must lie within it."""
    colocated_min_firms: Annotated[Count, OURS] = 10
    """Firms that must lie within it."""
    network_seed: Annotated[Seed, OURS] = 20230131
    """Seed of partitions and of networks of the same degrees."""


class TypologyMethod(Section):
    """Criteria, names, identity."""

    rdi_min_share: Annotated[Share, INFERRED] = 0.20
    """A group is RD&I-active where at least this share of its firms is."""
    rdi_min_firms: Annotated[Count, OURS] = 10
    """Or where at least this many are and that is more than the sector's national share explains."""
    rdi_alpha: Annotated[Share, OURS] = 0.05
    """Level of that one-sided binomial test."""
    same_cluster_share: Annotated[Share, OURS] = 0.5
    """A spatial and a network group of which each holds more than this share of the other's firms are one cluster."""
    name_towns: Annotated[Count, OURS] = 3
    """Towns in a name at the most."""
    identity_min_share: Annotated[Share, OURS] = 0.5
    """A cluster keeps its identifier where more than this share of its firms stand together in one cluster."""
    largest_partners: Annotated[Count, OURS] = 5
    """Partners listed on a cluster."""


class TrustMethod(Section):
    """How sure the clusters are: draws, and the limits of words."""

    bootstrap_draws: Annotated[Count, OURS] = 100
    """Bootstrap draws of a sector's organisations in which its clusters are looked for, at the most."""
    bootstrap_min_draws: Annotated[Count, OURS] = 20
    """The same at the least."""
    stability_all_points: Annotated[Count, OURS] = 1_500_000
    """Points of all draws of a sector together, as far as these two leave it open."""
    stability_max_points: Annotated[Count, OURS] = 75_000
    """Points of a draw at the most, about: of a larger sector fewer organisations are drawn, and the sizes that the
    method asks for are in proportion."""
    stability_controls_per_case: Annotated[Count, OURS] = 5
    """Other business sites that are drawn for each of a sector's where the scan is put to the test, at the most ..."""
    stability_least_controls: Annotated[Count, OURS] = 10_000
    """... and in all at the least."""
    stability_partitions: Annotated[Count, OURS] = 5
    """Partitions that the consensus is taken over in a draw of the collaborators, at the most."""
    stability_all_edges: Annotated[Count, OURS] = 3_500_000
    """Edges between collaborators in all their draws together, as far as the two bounds of draws leave it open."""
    sweep_factors: Annotated[tuple[float, ...], OURS] = (0.5, 2.0)
    """What each number and distance of the method is multiplied by, one at a time."""
    sweep_max_points: Annotated[Count, OURS] = 60_000
    """Points that other settings are tried on at the most: of a larger sector organisations are drawn."""
    sweep_least_controls: Annotated[Count, OURS] = 100_000
    """Other business sites that are drawn at the least where other settings of the scan are tried."""
    stability_robust: Annotated[Share, OURS] = 0.75
    """A cluster is robust where its mean Jaccard similarity over the draws is at least this (Hennig 2007) ..."""
    stability_fragile: Annotated[Share, OURS] = 0.5
    """... and fragile where it is at most this: such a cluster is dissolved (Hennig 2008)."""
    trust_seed: Annotated[Seed, OURS] = 20260401
    """Seed of the draws."""
    methods_max_points: Annotated[Count, OURS] = 5_000
    """Points of a sector that methods are compared on at the most, about: of a larger one organisations are drawn."""
    methods_least_controls: Annotated[Count, OURS] = 30_000
    """Other business sites that are drawn at the least where methods are compared; more where
    stability_controls_per_case for each point are more."""
    methods_null_draws: Annotated[Count, OURS] = 20
    """Sectors of chance at each number of points, from which the critical scores of the scans compared are."""
    methods_null_sizes: Annotated[Count, OURS] = 5
    """Numbers of points at which these are drawn, spaced by ratio between the smallest sector and the largest."""
    circle_max_m: Annotated[Positive, OURS] = 15_000.0
    """Greatest radius of the circular scan, in metres."""
    circle_max_share: Annotated[Share, OURS] = 0.5
    """Greatest share of business in a circle (Kulldorff 1997)."""
    agreement_square_km: Annotated[Positive, OURS] = 10.0
    """Side of the squares by which the map of agreement tells places apart, in kilometres."""
    near_margin: Annotated[Share, OURS] = 0.1
    """A cluster is near a threshold where it would have another type, or be none, were the threshold higher or lower by
    this share of itself."""


class HistoryMethod(Section):
    """What became of each cluster, and why. No cluster, type or identifier depends on it but for the sectors of a
    classification that follows another."""

    assumed_register: Annotated[str, OURS] = "IDBR"
    """The register that a drop of enterprises and local units is an extract of, where it does not state it."""
    assumed_sic_classification: Annotated[str, OURS] = "SIC 2007"
    """The classification of a list of SIC sectors that does not state it."""
    assumed_rtic_classification: Annotated[str, OURS] = "RTIC 2023"
    """The classification of a list of RTIC sectors that does not state it."""
    correspondence_min_share: Annotated[Share, OURS] = 0.2
    """A sector goes on as one of another name where at least this share of the sites of either is in both; its clusters
    are then followed into that one too."""
    moved_m: Annotated[Positive, OURS] = 100.0
    """A site is elsewhere where it is more than this many metres from where it was."""
    register_habit_share: Annotated[Share, OURS] = 0.1
    """Under another register a firm that both know by its number moved, or took up another activity, of itself; where
    more than this share of the register's sites did, it is the register's way of noting places, or activities."""
    min_explained_share: Annotated[Share, OURS] = 0.1
    """Where the largest cause explains a smaller share of the firms that an event is made of, the changes of the whole
    sector are asked for it."""
    cause_order: Annotated[tuple[str, ...], OURS] = (
        "register",
        "taxonomy",
        "postcodes",
        "reader",
        "profile",
        "firms",
    )
    """Of causes that explain the same number of firms, the first of these is named."""


SHARED_SECTIONS = (
    "sources",
    "organisations",
    "linkage",
    "graph",
    "index",
    "localisation",
    "publication",
    "refresh",
    "expected",
    "keep",
)

OF_NO_ROW = ("refresh", "expected", "keep")
"""Sections that say when a month is made and of what, and what of it stays: no row of any result depends on them."""
_NOT_OF_THE_MAP = {"name", "description", *OF_NO_ROW, "index", "publication", "history"}


class MethodProfile(Section):
    """One complete set of parameters. `fingerprint` stands on every row made with it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    description: str = ""
    sources: SourcesMethod = SourcesMethod()
    organisations: OrganisationsMethod = OrganisationsMethod()
    linkage: LinkageMethod = LinkageMethod()
    graph: GraphMethod = GraphMethod()
    index: IndexMethod = IndexMethod()
    localisation: LocalisationMethod = LocalisationMethod()
    publication: PublicationMethod = PublicationMethod()
    refresh: RefreshMethod = RefreshMethod()
    expected: ExpectedMethod = ExpectedMethod()
    keep: KeepMethod = KeepMethod()
    spatial: SpatialMethod = SpatialMethod()
    network: NetworkMethod = NetworkMethod()
    typology: TypologyMethod = TypologyMethod()
    trust: TrustMethod = TrustMethod()
    history: HistoryMethod = HistoryMethod()

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 of what decides the Map's results (not name, schedule, Index)."""
        return _digest(self.model_dump(mode="json", exclude=_NOT_OF_THE_MAP))

    @property
    def shared_fingerprint(self) -> str:
        """The same of what all profiles of a month share; it stands on results that are made once for all of them."""
        return _digest(self.model_dump(mode="json", include=set(SHARED_SECTIONS) - {*OF_NO_ROW, "publication"}))

    def parameters(self) -> dict[str, Any]:
        """All parameters by their own name, for binding in SQL; names are unique over the sections.

        How a dataset is expected is no value of SQL and is left out.
        """
        return {
            name: value
            for section in type(self).model_fields
            if isinstance(getattr(self, section), Section) and section != "expected"
            for name, value in getattr(self, section).model_dump().items()
        }


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def load_profile(path: Path) -> MethodProfile:
    """Read a profile's TOML. Raises ValueError naming the file, the parameter and what was expected."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return MethodProfile.model_validate({"name": path.stem, **values})
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']} (value {problem['input']!r})"
            for problem in error.errors()
        )
        raise ValueError(f"{path}: {problems}") from error


def _is_file(path: Path) -> bool:
    """Whether a file is there; a name longer than any file's is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def find_profiles(names: Iterable[str], folder: Path) -> list[MethodProfile]:
    """Profiles by name from a folder, or by the path of a TOML file. Raises ValueError naming what is not known."""
    profiles = []
    for name in names:
        path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
        if not _is_file(path):
            known = ", ".join(sorted(shipped.stem for shipped in folder.glob("*.toml")))
            raise ValueError(f"no method profile {name!r}: known are {known}, or give the path of a .toml file")
        profiles.append(load_profile(path))
    repeated = {profile.name for profile in profiles if sum(profile.name == other.name for other in profiles) > 1}
    if repeated:
        raise ValueError(f"profiles are given twice under one name: {sorted(repeated)}")
    if not profiles:
        raise ValueError("no method profile is given")
    return profiles


def shared_method(profiles: Iterable[MethodProfile]) -> MethodProfile:
    """The first profile, once it is sure that all agree on what the profiles of a month share.

    Sources and organisations are made once a month for all profiles. Raises ValueError naming the parameter and
    the profiles that disagree.
    """
    first, *others = profiles
    for other in others:
        for section in SHARED_SECTIONS:
            mine, theirs = getattr(first, section).model_dump(), getattr(other, section).model_dump()
            for name in mine:
                if mine[name] != theirs[name]:
                    raise ValueError(
                        f"profiles {first.name} and {other.name} disagree on {section}.{name} "
                        f"({mine[name]!r} and {theirs[name]!r}); the profiles of one month share it: "
                        "set one value in both, or keep them in separate warehouses"
                    )
    return first
