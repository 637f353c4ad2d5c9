"""The Index's items: texts that say what the truth says, places, labels, and what changes from month to month."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reference import CATEGORIES
from synthetic_uk import Settings
from synthetic_uk.events import draw_events, event_rows
from synthetic_uk.geography import draw_geography
from synthetic_uk.leanings import Leanings, draw_leanings
from synthetic_uk.publication_drops import inverted_index
from synthetic_uk.sectors import draw_sectors
from synthetic_uk.streams import scattered
from synthetic_uk.wording import KINDS, compose, mask_names, words
from tests.synthetic_uk import conftest
from tests.synthetic_uk.conftest import SCALE, SEED
from tests.synthetic_uk.test_drops import FIRST, MONTHS, directory_of, objects, table

PHRASES = "synthetic_uk/phrases.csv"


def truth(drops: Path, month: str = FIRST) -> pl.DataFrame:
    return pl.read_csv(drops / "truth" / month / "index_items.csv.gz", infer_schema=False).fill_null("")


def true_labels(drops: Path, month: str) -> pl.DataFrame:
    return pl.read_csv(drops / "truth" / month / "training_labels.csv", infer_schema=False).fill_null("")


def abstract(work: dict[str, dict[str, list[int]] | None]) -> str | None:
    """The abstract that an inverted index stands for."""
    index = work["abstract_inverted_index"]
    if index is None:
        return None
    placed = {place: word for word, places in index.items() for place in places}
    return " ".join(placed[place] for place in range(len(placed)))


def texts(drops: Path, month: str = FIRST) -> pl.DataFrame:
    """`kind, key, text` of every item of the drops; the text null where there is none."""
    companies = table(drops, "rtic_companies", month).select(
        kind=pl.lit("business"), key="company_number", text="description"
    )
    events = table(drops, "events", month).select(
        kind=pl.lit("event"),
        key=pl.concat_str("source", pl.lit(":"), "event_id"),
        text=pl.concat_str("title", pl.lit(" "), "description"),
    )
    works = pl.DataFrame(
        [
            ("paper", work["id"], " ".join(filter(None, (work["title"], abstract(work)))))
            for work in objects(drops, "publications", "works", month)
        ],
        schema=["kind", "key", "text"],
        orient="row",
    )
    return pl.concat([companies, events, works])


@pytest.fixture(scope="module")
def items(drops: Path) -> pl.DataFrame:
    """Texts beside the truth, as lists of categories."""
    both = texts(drops).join(truth(drops), on=["kind", "key"])
    split = pl.col("categories").str.split(",").list.drop_nulls()
    return both.with_columns(categories=split.list.filter(pl.element() != ""))


@pytest.fixture(scope="module")
def leanings() -> Leanings:
    geography = draw_geography(SCALE, SEED, Settings())
    return draw_leanings(geography, geography.postcodes, draw_sectors(SCALE, SEED, Settings()), Settings())


@pytest.mark.parametrize("month", MONTHS)
def test_the_truth_has_every_item_of_the_drops_and_no_other(drops: Path, month: str) -> None:
    known, written = truth(drops, month), texts(drops, month)
    assert known.columns == ["kind", "key", "categories"]
    assert known.select("kind", "key").is_unique().all()
    assert written.select("kind", "key").is_unique().all()
    assert known.join(written, on=["kind", "key"]).height == known.height == written.height
    named = {name for names in known["categories"] for name in names.split(",")}
    assert named == {"", *CATEGORIES}


def test_most_items_are_of_no_category_and_some_are_of_several(items: pl.DataFrame) -> None:
    number = pl.col("categories").list.len()
    shares = {
        kind: (none, several)
        for kind, none, several in items.group_by("kind")
        .agg(none=(number == 0).mean(), several=(number > 1).mean())
        .iter_rows()
    }
    assert 0.75 < shares["business"][0] < 0.85
    assert 0.01 < shares["business"][1] < 0.05
    for kind in ("event", "paper"):
        assert 0.5 < shares[kind][0] < shares["business"][0]


def test_texts_are_about_their_categories_and_about_no_other(items: pl.DataFrame) -> None:
    phrases = pl.read_csv(PHRASES, infer_schema=False).filter(pl.col("role") == "what")
    lowered = items.drop_nulls("text").with_columns(pl.col("text").str.to_lowercase().str.replace_all(" & ", " and "))
    for category in CATEGORIES:
        about = phrases.filter(pl.col("about").str.split(", ").list.contains(category))["phrase"]
        says = lowered["text"].str.contains_any(about.str.to_lowercase().to_list())
        of_it = lowered["categories"].list.contains(category)
        assert says.filter(of_it).mean() > 0.9, category  # type: ignore[operator]
        assert not says.filter(~of_it).any(), category


def test_descriptions_are_short_varied_and_missing_for_a_few(drops: Path) -> None:
    described = table(drops, "rtic_companies")["description"]
    assert 0.03 < described.is_null().mean() < 0.09  # type: ignore[operator]
    length = described.drop_nulls().str.split(" ").list.len()
    assert 12 <= length.median() <= 30  # type: ignore[operator]
    assert described.drop_nulls().n_unique() > 0.9 * len(described)


def test_words_of_a_category_stand_in_texts_that_are_not_of_it(items: pl.DataFrame) -> None:
    none = items.drop_nulls("text").filter(pl.col("categories").list.len() == 0)["text"].str.to_lowercase()
    for word in ("data", "smart", "carbon", "ageing", "solar", "robot", "city"):
        assert none.str.contains(word, literal=True).any(), word


@given(st.text(alphabet="ab ,.", max_size=60))
def test_an_inverted_index_gives_the_abstract_back(text: str) -> None:
    assert abstract({"abstract_inverted_index": inverted_index(text)}) == " ".join(text.split())


def test_works_have_titles_citations_and_mostly_abstracts(drops: Path) -> None:
    works = objects(drops, "publications", "works")
    assert all(work["title"] and work["title"] == work["display_name"] for work in works)
    lacking = np.mean([work["abstract_inverted_index"] is None for work in works])
    assert 0.03 < lacking < 0.25
    cited = np.array([work["cited_by_count"] for work in works])
    assert cited.min() >= 0
    assert cited.max() > 8 * np.median(cited)


def test_events_are_in_the_country_by_coordinates_by_postcode_or_both(drops: Path) -> None:
    events = table(drops, "events")
    latitude, longitude = (events[name].cast(pl.Float64) for name in ("latitude", "longitude"))
    assert (latitude.is_null() == longitude.is_null()).all()
    assert latitude.drop_nulls().is_between(49.8, 60.9).all()
    assert longitude.drop_nulls().is_between(-8.2, 1.8).all()
    directory = directory_of(drops)
    assert events["postcode"].drop_nulls().is_in(directory["pcds"].implode()).all()
    shown = events.select(by=latitude.is_not_null().cast(pl.Int8) * 2 + events["postcode"].is_not_null().cast(pl.Int8))
    assert set(shown["by"]) == {1, 2, 3}
    assert set(events["source"]) == {"eventbrite", "meetup", "opentechcalendar"}
    placed = events.drop_nulls(["latitude", "postcode"]).join(directory, left_on="postcode", right_on="pcds")
    apart_m = 111_000 * np.hypot(
        (placed["latitude"].cast(float) - placed["lat"].cast(float)).to_numpy(),
        (placed["longitude"].cast(float) - placed["long"].cast(float)).to_numpy(),
    )
    assert apart_m.max() < 400


def test_a_drop_has_the_events_of_two_years_up_to_its_month(drops: Path) -> None:
    for month, earliest in zip(MONTHS, ("2023-04-01", "2023-05-01", "2023-06-01"), strict=True):
        dates = table(drops, "events", month)["start_date"]
        assert earliest <= dates.min()  # type: ignore[operator]
        assert dates.max()[:7] == month  # type: ignore[index]


def test_most_items_stay_and_a_few_are_new_gone_or_changed(drops: Path) -> None:
    for before, after in itertools.pairwise(MONTHS):
        old, new = (
            texts(drops, month).join(truth(drops, month), on=["kind", "key"]).filter(pl.col("kind") != "paper")
            for month in (before, after)
        )
        for kind in ("business", "event"):
            earlier, later = (frame.filter(pl.col("kind") == kind) for frame in (old, new))
            stay = earlier.join(later, on="key", suffix="_later")
            assert 0.003 < 1 - stay.height / earlier.height < 0.09, kind
            assert 0.003 < 1 - stay.height / later.height < 0.09, kind
            same = stay["text"].eq_missing(stay["text_later"])
            assert (stay["categories"] == stay["categories_later"]).filter(same).all()
            assert same.mean() > 0.98  # type: ignore[operator]
        assert old.join(new, on=["kind", "key"], suffix="_later").filter(pl.col("text") != pl.col("text_later")).height


def test_a_few_events_get_another_venue_of_their_town(leanings: Leanings) -> None:
    geography = draw_geography(SCALE, SEED, Settings())
    postcodes = geography.postcodes
    events = draw_events(geography, postcodes, leanings, conftest.MONTHS, 0.05, SEED, Settings())
    names = pl.Series([str(number) for number in range(len(postcodes))])
    first, last = (
        pl.concat(event_rows(events, postcodes, names, conftest.MONTHS, number, SEED, Settings())) for number in (0, 2)
    )
    both = first.join(last, on=["source", "event_id"], suffix="_later")
    assert both.height == pytest.approx(5_000 * 22 / 24, rel=0.02)
    assert (both["start_date"] == both["start_date_later"]).all()
    moved = both.filter(pl.col("postcode") != pl.col("postcode_later"))
    assert 0.005 < moved.height / both["postcode"].is_not_null().sum() < 0.04
    before, after = (postcodes.town[moved[name].cast(int).to_numpy()] for name in ("postcode", "postcode_later"))
    assert (before == after).all()


def test_labels_are_some_hundreds_and_the_second_month_corrects_them(drops: Path, items: pl.DataFrame) -> None:
    settings = Settings()
    first, second = (table(drops, "training_labels", month).fill_null("") for month in MONTHS[:2])
    assert first.height == settings.training_labels
    assert second["text"].to_list()[: first.height] == first["text"].to_list()
    assert second.height - first.height == settings.label_corrections
    assert second["text"].is_unique().all()
    for month, labels, least, most in ((MONTHS[0], first, 0.005, 0.06), (MONTHS[1], second, 0, 0)):
        known = true_labels(drops, month)
        assert known["text"].to_list() == labels["text"].to_list()
        wrong = (known["true_categories"] != labels["categories"]).mean()
        assert least <= wrong <= most  # type: ignore[operator]
    assert 0.4 < (first["categories"] == "").mean() < 0.65  # type: ignore[operator]
    for category in CATEGORIES:
        assert first["categories"].str.contains(category, literal=True).sum() > 30, category
    assert items["text"].is_in(first["text"].implode()).sum() <= 3


def test_labels_leave_some_subjects_out() -> None:
    mask, key = np.full(4_000, 1), np.arange(4_000)
    phrases = pl.read_csv(PHRASES, infer_schema=False).filter(
        (pl.col("about") == CATEGORIES[0]) & pl.col("kind").is_in(["any", "business"])
    )["phrase"]
    for share in (1.0, 0.5):
        text = compose("business", mask, key, SEED, share)["text"].str.to_lowercase().str.join(" ")[0]
        said = sum(phrase.lower() in text for phrase in phrases) / len(phrases)
        assert said == pytest.approx(share, abs=0.05)


def test_a_text_follows_from_its_own_key_whatever_stands_beside_it() -> None:
    mask, key = np.arange(200) % 32, np.arange(200)
    for kind in KINDS:
        whole = compose(kind, mask, key, SEED)
        parts = pl.concat([compose(kind, mask[part], key[part], SEED) for part in (slice(0, 7), slice(7, 200))])
        assert whole.equals(parts)
        assert not words(whole).equals(words(compose(kind, mask, key, SEED + 1)))
        assert words(whole).null_count() == 0


def test_scattered_numbers_are_even_and_their_purposes_apart() -> None:
    numbers = np.arange(50_000)
    one, other = scattered(SEED, "one", numbers), scattered(SEED, "other", numbers)
    for drawn in (one, other):
        assert drawn.min() >= 0
        assert drawn.max() < 1
        assert np.abs(np.histogram(drawn, 20, (0, 1))[0] - 2_500).max() < 250
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02


def test_masks_have_the_names_of_their_categories() -> None:
    names = mask_names()
    assert len(names) == 32
    assert names[0] == ""
    assert names[31] == ",".join(CATEGORIES)
    assert names[0b10001] == f"{CATEGORIES[0]},{CATEGORIES[4]}"


def test_categories_lean_to_their_towns_and_sectors_and_keep_their_share(leanings: Leanings) -> None:
    geography = draw_geography(SCALE, SEED, Settings())
    towns, postcodes = geography.settlements, geography.postcodes
    everywhere = leanings.probabilities(postcodes.town, 1.0)
    mean = postcodes.draw @ everywhere / postcodes.draw.sum()
    assert mean == pytest.approx(list(Settings().index_shares.values()), rel=0.02)
    for category, town in (("Advanced Manufacturing", "Coventry"), ("Clean Growth", "Hull"), ("AI and Data", "London")):
        column = CATEGORIES.index(category)
        at = leanings.probabilities(np.array([towns.names.index(town)]), 1.0)[0]
        assert at[column] > 1.4 * mean[column], town
        assert at[column] / mean[column] == (at / mean).max(), town
    # London's business is so much that it has the most items of every category.
    business = np.bincount(postcodes.town, postcodes.draw, minlength=towns.towns)
    items = business[:, None] * leanings.probabilities(np.arange(towns.towns), 1.0)
    assert {towns.names[town] for town in items.argmax(axis=0)} == {"London"}


def test_firms_of_a_categorys_sector_are_of_it_more_often(drops: Path, items: pl.DataFrame) -> None:
    codes = pl.read_csv("assets/reference/data/rtic_sectors.csv", infer_schema=False)
    first = table(drops, "rtic_companies").select(key="company_number", rtic_code=pl.col("rtic_codes").str.head(8))
    firms = items.join(first, on="key").join(codes, on="rtic_code")
    is_green = firms["categories"].list.contains("Clean Growth")
    of_sector = firms["sector"].is_in(["CleanTech", "Net Zero", "Energy Generation", "Energy Storage"])
    assert is_green.filter(of_sector).mean() > 2.5 * is_green.filter(~of_sector).mean()  # type: ignore[operator]
