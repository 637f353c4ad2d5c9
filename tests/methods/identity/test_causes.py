"""Causes of what became of clusters, by hand-worked rows: who would have made the difference alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from assets.method import HistoryMethod
from assets.methods.identity.causes import (
    COMING,
    SourceChange,
    causes,
    kinds,
    of_register,
    source_change,
    with_causes,
)

METHOD = HistoryMethod()
REGISTER_SITES = 100
SITE = {
    "site_id": "S1",
    "organisation_id": "F1",
    "sectors": "sic/Photonics",
    "is_rdi_active": True,
    "postcode": "AB1 1AA",
    "easting": 1000,
    "northing": 1000,
    "in_register": True,
}
SCHEMA = {
    "site_id": pl.String,
    **{
        f"{before}{name}": kind
        for before in ("earlier_", "")
        for name, kind in {
            "organisation_id": pl.String,
            "sectors": pl.String,
            "is_rdi_active": pl.Boolean,
            "postcode": pl.String,
            "easting": pl.Int32,
            "northing": pl.Int32,
            "in_register": pl.Boolean,
        }.items()
    },
    "sectors_by_earlier_lists": pl.String,
    "is_of_unknown_code": pl.Boolean,
    "is_known_still": pl.Boolean,
    "was_known": pl.Boolean,
    "is_told_again": pl.Boolean,
    "register_sites": pl.Int64,
}
MONTH_SOURCES = {
    "register": "IDBR",
    "sic_classification": "SIC 2007",
    "sic_list_as_of": "1970-01-01",
    "sic_list_sha256": "a",
    "rtic_classification": "RTIC 2023",
    "rtic_list_as_of": "1970-01-01",
    "rtic_list_sha256": "b",
    "postcodes_as_of": "2025-02-01",
    "postcodes_sha256": "c",
    "readers": "idbr_enterprises 2; idbr_local_units 2; postcodes 3; rtic_companies 1",
    "profile_fingerprint": "f",
}


def changed(**different: Any) -> dict[str, Any]:
    """A site that is as it was but for what is given; `earlier=None` or `now=None` for one that is not there."""
    absent_then, absent_now = "earlier" in different, "now" in different
    row = {f"earlier_{name}": None if absent_then else value for name, value in SITE.items() if name != "site_id"}
    row |= {name: None if absent_now else value for name, value in SITE.items()}
    row |= {"sectors_by_earlier_lists": row["sectors"], "is_of_unknown_code": False}
    row |= {"is_known_still": False, "was_known": False, "site_id": "S1", "is_told_again": False}
    row |= {"register_sites": REGISTER_SITES}
    return {**row, **{name: value for name, value in different.items() if name not in ("earlier", "now")}}


def frame_of(sites: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(sites), schema=SCHEMA)


def differing(firms: int = 1, scheme: str | None = "sic", event: str = "death", side: str = "lost") -> pl.DataFrame:
    sector = {"sic": "Photonics", "rdi": "All RD&I-active"}.get(scheme or "")
    return pl.DataFrame(
        [
            {
                "cluster_id": "C",
                "event": event,
                "earlier_cluster_id": "C",
                "organisation_id": f"F{number}",
                "site_id": f"S{number}",
                "side": side,
                "scheme": scheme,
                "earlier_sector": sector,
                "sector": sector,
            }
            for number in range(1, firms + 1)
        ],
        schema_overrides={"scheme": pl.String, "earlier_sector": pl.String, "sector": pl.String},
    )


@pytest.mark.parametrize(
    ("site", "kind"),
    [
        (changed(now=None), "gone"),
        (changed(now=None, is_known_still=True), "site gone"),
        (changed(earlier=None), "new"),
        (changed(earlier=None, was_known=True), "new site"),
        (changed(organisation_id="F9"), "other firm"),
        (changed(sectors="sic/Software", sectors_by_earlier_lists="sic/Software"), "code"),
        (changed(sectors="sic/Software", sectors_by_earlier_lists="sic/Photonics"), "list"),
        (changed(sectors="", sectors_by_earlier_lists="", is_of_unknown_code=True), "list"),
        (changed(sectors="rtic/AI\nsic/Photonics\nsic/Photonics Works"), "as before"),
        (changed(easting=1090), "as before"),
        (changed(easting=1060, northing=1090), "directory"),
        (changed(easting=None, northing=None), "directory"),
        (changed(easting=9000, postcode="AB1 1AB"), "moved"),
        (changed(easting=66_536, northing=66_536), "directory"),
        (changed(is_rdi_active=False), "activity"),
    ],
)
def test_what_is_said_of_a_site(site: dict[str, Any], kind: str) -> None:
    assert kinds(differing(), frame_of([site]), METHOD.moved_m)["kind"].to_list() == [kind]


def test_a_site_that_did_not_change_and_a_firm_without_one_are_as_before() -> None:
    without = differing(2, scheme=None).with_columns(site_id=pl.lit(None, pl.String))
    assert kinds(without, frame_of([changed(now=None)]), 100.0)["kind"].to_list() == ["as before", "as before"]
    assert kinds(differing(), frame_of([]), 100.0)["kind"].to_list() == ["as before"]


def test_of_all_active_firms_the_sector_is_no_matter_and_activity_is() -> None:
    other = changed(sectors="sic/Software", sectors_by_earlier_lists="sic/Photonics")
    assert kinds(differing(scheme="rdi"), frame_of([other]), 100.0)["kind"].to_list() == ["as before"]
    ended = changed(is_rdi_active=False)
    assert kinds(differing(scheme="rdi"), frame_of([ended]), 100.0)["kind"].to_list() == ["activity"]


GONE, MOVED = changed(now=None), changed(easting=9000, postcode="AB1 1AB")
TURNED = changed(sectors="sic/Software", sectors_by_earlier_lists="sic/Software")
RTIC_GONE = {**GONE, "earlier_in_register": False}
ELSEWHERE = changed(easting=9000)
RELISTED = changed(sectors="", sectors_by_earlier_lists="sic/Photonics")
REGISTER = SourceChange(register="another")
READERS = SourceChange(readers={"idbr_local_units": "3", "postcodes": "4"})


@pytest.mark.parametrize(
    ("site", "change", "cause"),
    [
        (GONE, SourceChange(), "firms"),
        (GONE, REGISTER, "register"),
        (changed(now=None, is_known_still=True), REGISTER, "register"),
        (changed(organisation_id="F9"), REGISTER, "register"),
        (MOVED, REGISTER, "firms"),
        (TURNED, REGISTER, "firms"),
        (RTIC_GONE, REGISTER, "firms"),
        (GONE, READERS, "reader"),
        (RTIC_GONE, READERS, "firms"),
        (RTIC_GONE, SourceChange(readers={"rtic_companies": "2"}), "reader"),
        (RELISTED, SourceChange(lists={"sic": "another"}, register="another"), "taxonomy"),
        (ELSEWHERE, SourceChange(postcodes="another", register="another"), "postcodes"),
        (ELSEWHERE, READERS, "reader"),
        (changed(is_rdi_active=False), REGISTER, "firms"),
        (changed(), SourceChange(profile="another"), "profile"),
        (changed(), REGISTER, None),
    ],
)
def test_whose_doing_it_is(site: dict[str, Any], change: SourceChange, cause: str | None) -> None:
    sites = frame_of([site])
    by_register = of_register(sites, change, METHOD.register_habit_share)
    assert with_causes(kinds(differing(), sites, METHOD.moved_m), change, by_register)["cause"].to_list() == [cause]


@pytest.mark.parametrize(
    ("site", "kind"),
    [(MOVED, "moved"), (TURNED, "code"), ({**MOVED, "is_told_again": True}, None), (RELISTED, None), (GONE, None)],
)
def test_what_a_register_has_changed_of_most_sites_is_its_own_doing(site: dict[str, Any], kind: str | None) -> None:
    few, many = (frame_of([site] * count) for count in (REGISTER_SITES // 10, REGISTER_SITES // 5))
    assert of_register(few, REGISTER, 0.1) == COMING
    assert of_register(many, REGISTER, 0.1) == (COMING if kind is None else (*COMING, kind))
    assert of_register(many, SourceChange(), 0.1) == ()


def told_of(firms: int, sites: Sequence[dict[str, Any]], change: SourceChange) -> tuple[Any, ...]:
    numbered = [
        {**site, "site_id": f"S{number}", **{name: f"F{number}" for name in _OWNERS if site[name] is not None}}
        for number, site in enumerate(sites, start=1)
    ]
    found = causes(differing(firms), frame_of(numbered), change, METHOD)
    return found.select("cause", "cause_share", "cause_detail").row(0)


_OWNERS = ("organisation_id", "earlier_organisation_id")


def test_the_cause_that_explains_most_firms_is_named_with_figures() -> None:
    sites = [GONE, GONE, RELISTED, RELISTED, RELISTED]
    assert told_of(10, sites, SourceChange(lists={"sic": "The list is new."})) == (
        "taxonomy",
        0.3,
        "Gained or lost, 10: 5 as before, 3 in another sector by the list of sectors, 2 no longer in the register. "
        "The list is new.",
    )


def test_of_causes_that_explain_the_same_a_source_goes_before_the_firms() -> None:
    assert told_of(4, [GONE, RELISTED], SourceChange(lists={"sic": "New."}))[0] == "taxonomy"
    assert told_of(4, [ELSEWHERE, RELISTED], SourceChange(lists={"sic": "New."}, postcodes="New."))[0] == "taxonomy"


def test_where_few_are_explained_the_whole_sector_is_asked() -> None:
    """None of the cluster's twenty firms changed; of the sector's others three were listed elsewhere, one is gone."""
    around = [{**RELISTED, "site_id": f"X{number}", **dict.fromkeys(_OWNERS, f"X{number}")} for number in range(3)]
    gone = {**GONE, "site_id": "X9", "earlier_organisation_id": "X9"}
    found = causes(differing(20), frame_of([*around, gone]), SourceChange(lists={"sic": "New."}), METHOD)
    assert found.select("cause", "cause_share", "cause_detail").row(0) == (
        "taxonomy",
        None,
        "Gained or lost, 20: 20 as before. Of its sector changed, 4: 3 in another sector by the list of sectors, "
        "1 no longer in the register. New.",
    )


def test_where_nothing_changed_it_is_the_firms_around_it() -> None:
    cause, share, detail = told_of(12, [], SourceChange())
    assert (cause, share) == ("firms", None)
    assert detail.endswith("No change of its firms or of the sources explains it: those around it did.")


def test_parameters_explain_what_nothing_else_does() -> None:
    assert told_of(10, [GONE], SourceChange(profile="Others."))[:2] == ("profile", 0.9)


def test_a_firm_of_several_sites_counts_once_as_most_of_them_are() -> None:
    three = differing(3).with_columns(organisation_id=pl.lit("F1"))
    sites = [{**GONE, "site_id": "S1"}, {**RELISTED, "site_id": "S2"}, {**RELISTED, "site_id": "S3"}]
    found = causes(three, frame_of(sites), SourceChange(lists={"sic": "New."}), METHOD)
    assert found.select("cause", "cause_share").row(0) == ("taxonomy", 1.0)


def test_what_changed_of_the_sources_is_said_in_words() -> None:
    assert source_change(MONTH_SOURCES, MONTH_SOURCES) == SourceChange()
    now = {
        **MONTH_SOURCES,
        "register": "Statistical Business Register",
        "sic_classification": "SIC 2026",
        "rtic_list_sha256": "z",
        "rtic_list_as_of": "2025-05-01",
        "postcodes_sha256": "z",
        "postcodes_as_of": "2025-05-01",
        "readers": "idbr_enterprises 3; idbr_local_units 2; postcodes 3; rtic_companies 1; ror 1",
        "profile_fingerprint": "g",
    }
    assert source_change(MONTH_SOURCES, now) == SourceChange(
        register="The register is Statistical Business Register, before IDBR.",
        lists={
            "sic": "The list of SIC sectors is of SIC 2026, before of SIC 2007.",
            "rtic": "The list of RTIC sectors is that of 2025-05-01, before that of 1970-01-01.",
        },
        postcodes="The postcode directory is that of 2025-05-01, before that of 2025-02-01.",
        readers={"idbr_enterprises": "The reader of idbr_enterprises is version 3, before 2."},
        profile="The profile's parameters are others (g, before f).",
    )
