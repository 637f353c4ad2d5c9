"""Record linkage against the same model worked out pair by pair."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl
import pytest
from rapidfuzz.distance import JaroWinkler

from assets.method import LinkageMethod, Probabilities
from assets.methods.linkage.linkage import link

OURS = LinkageMethod()

Features = tuple[str, str | None, list[str]]
Named = tuple[str, str, str | None, list[str]]
"""Key or organisation, name, postcode, rare words."""

SCHEMA: dict[str, Any] = {
    "dataset": pl.String,
    "record_key": pl.String,
    "organisation_id": pl.String,
    "normalised_name": pl.String,
    "postcode": pl.String,
    "rare_tokens": pl.List(pl.String),
}


def candidates(records: list[Named], known: list[Named]) -> pl.DataFrame:
    """Records and known names as the candidates' table has them."""
    listed: list[tuple[Any, ...]] = [("ukri", key, None, *features) for key, *features in records]
    listed += [(None, None, organisation, *features) for organisation, *features in known]
    return pl.DataFrame(listed, schema=SCHEMA, orient="row")


def posterior(record: Features, known: Features) -> float:
    """Bayes' rule over the three comparisons; 0 for a pair that shares no block."""
    (name, postcode, tokens), (other, place, others) = record, known
    shares_token = bool(set(tokens) & set(others))
    same_district = bool(postcode and place and postcode.split()[0] == place.split()[0])
    if not shares_token and not (same_district and name[:3] == other[:3]):
        return 0.0
    similarity = JaroWinkler.similarity(name, other)
    names: list[tuple[bool, Probabilities]] = [
        (name == other, OURS.link_name_same),
        (sorted(name.split()) == sorted(other.split()), OURS.link_name_reordered),
        (similarity >= OURS.link_close_similarity, OURS.link_name_close),
        (similarity >= OURS.link_near_similarity, OURS.link_name_near),
        (True, OURS.link_name_other),
    ]
    evidence = [next(probabilities for holds, probabilities in names if holds)]
    if postcode and place:
        places = [
            (postcode == place, OURS.link_postcode_same),
            (postcode[:-2] == place[:-2], OURS.link_sector_same),
            (same_district, OURS.link_district_same),
            (True, OURS.link_postcode_other),
        ]
        evidence.append(next(probabilities for holds, probabilities in places if holds))
    evidence.append(OURS.link_rare_token_shared if shares_token else OURS.link_rare_token_other)
    odds = OURS.link_prior / (1 - OURS.link_prior) * math.prod(m / u for m, u in evidence)
    return odds / (1 + odds)


def test_links_are_bayes_rule_over_every_pair() -> None:
    chance = random.Random(7)
    words = ["ACME", "ACMEE", "ROBOTICS", "ROBOTIC", "SYSTEMS", "SYSTEM", "UK", "ZEPHYR", "ZEPHIR", "QUARTZ"]
    places = [None, "OX1 1AA", "OX1 1AB", "OX1 2BB", "M1 1AA"]
    rare = {"ZEPHYR", "QUARTZ", "ACMEE"}

    def features() -> Features:
        name = " ".join(chance.sample(words, chance.randint(1, 3)))
        return name, chance.choice(places), sorted(rare & set(name.split()))

    records = {f"r{number}": features() for number in range(120)}
    drawn: list[Named] = [(f"o{chance.randint(0, 60)}", *features()) for _ in range(150)]
    known = list({name[:3]: name for name in drawn}.values())
    expected: dict[str, tuple[str, float]] = {}
    for key, record in records.items():
        best = dict.fromkeys((name[0] for name in known), 0.0)
        for name in known:
            best[name[0]] = max(best[name[0]], posterior(record, name[1:]))
        top = max(best.values())
        winners = [organisation for organisation, score in best.items() if math.isclose(score, top, rel_tol=1e-12)]
        if top >= 0.95 and len(winners) == 1:
            expected[key] = (winners[0], top)
    listed: list[Named] = [(key, *record) for key, record in records.items()]
    found = link(candidates(listed, known), 0.95, OURS)
    assert 10 < len(expected) < 110
    assert {row["record_key"]: row["organisation_id"] for row in found.iter_rows(named=True)} == {
        key: organisation for key, (organisation, _) in expected.items()
    }
    for row in found.iter_rows(named=True):
        assert row["match_probability"] == pytest.approx(expected[row["record_key"]][1], abs=1e-9)
    chance.shuffle(listed)
    chance.shuffle(known)
    assert link(candidates(listed, known), 0.95, OURS).equals(found)


def test_two_organisations_that_nothing_tells_apart_are_not_chosen_between() -> None:
    record: Named = ("r", "ACME ROBOTIC", "OX1 1AA", [])
    one: Named = ("o1", "ACME ROBOTICS", "OX1 1AA", [])
    two: Named = ("o2", "ACME ROBOTICS", "OX1 1AA", [])
    near: Named = ("o2", "ACME ROBOTICS", "OX1 1AB", [])
    assert link(candidates([record], [one]), 0.95, OURS)["organisation_id"].to_list() == ["o1"]
    assert link(candidates([record], [one, two]), 0.95, OURS).is_empty()
    assert link(candidates([record], [one, near]), 0.95, OURS)["organisation_id"].to_list() == ["o1"]


def test_nothing_to_link_is_no_links() -> None:
    record: Named = ("r", "ACME", "OX1 1AA", [])
    known: Named = ("o", "ACME", "OX1 1AA", [])
    for nothing in (candidates([], []), candidates([record], []), candidates([], [known])):
        assert link(nothing, 0.95, OURS).is_empty()
