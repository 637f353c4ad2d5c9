"""The words of the Index's items: what a business says of itself, an event's notice, a paper's title and abstract.

What belongs here: from a set of categories to a text. What does not: which item is of which category (`leanings`).

A text is made of phrases (`phrases.csv`): subjects set into sentences, some with a tail that says for whom, between
stock sentences, and in some the name of their field. Subjects are of a category, of two at once, of none, or sound like
one and are not (`smart menswear`, `wind instrument repair`, `cheese ageing`); stock sentences use the categories' words
in passing (`our vans are low emission`). Some texts have a slip of the pen, some are all in capitals or in none.

A set of categories is a bit mask in the order of CATEGORIES, 0 for none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from assets.arrays import Bools, Floats, Integers
from assets.reference import CATEGORIES
from synthetic_uk.streams import UNKNOWN, scattered

_PHRASES_FILE = Path(__file__).parent / "phrases.csv"
BUSINESS, EVENT, PAPER = KINDS = ("business", "event", "paper")
_OFF_TOPIC, _LOOKALIKE = "off-topic", "lookalike"

_LOOKALIKE_SHARE = 0.25
"""Of texts of no category, those whose words are a category's and whose sense is not."""
_JOINT_SHARE = 0.6
"""Of texts of two categories, those that name both in one breath where there is such a phrase."""
_TAIL_SHARE = 0.5
_SECOND_SUBJECT_SHARE = 0.8
"""Of texts of one category, those with a second subject of it."""
_SECOND_OFF_TOPIC_SHARE = 0.3
_FIELD_SHARE = 0.45
"""Of texts, those that name their field, as keywords or otherwise."""
_STOCK_SENTENCES = {BUSINESS: (1, 3), EVENT: (2, 4), PAPER: (4, 8)}
"""Fewest and most, the latter not included."""
_TYPO_SHARE, _CAPITALS_SHARE, _SMALL_LETTERS_SHARE, _AMPERSAND_SHARE = 0.12, 0.02, 0.04, 0.1
_STOCK_STRIDE = 7


@dataclass(frozen=True)
class _Frames:
    """Sentences with a gap, as what stands before and after it."""

    before: pl.Series
    after: pl.Series
    starts_with_gap: Bools


@dataclass(frozen=True)
class _Phrases:
    """All phrases of one kind of item. Subjects stand bank after bank."""

    subjects: pl.Series
    """Every subject, then every subject again with a capital."""
    first: Integers
    """Where each bank begins."""
    size: Integers
    bank: dict[str, int]
    """Bank of the subjects about something, by what that is."""
    field_bank: dict[str, int]
    """Bank of the names of its field, likewise."""
    joint_bank: Integers
    """Bank of the phrases that name exactly a mask's categories at once, UNKNOWN where there is none."""
    tails: pl.Series
    stock: pl.Series
    frames: dict[str, _Frames]


def mask_names() -> pl.Series:
    """The text of each mask, 0 to 31: names of the categories, comma separated; empty for none."""
    width = len(CATEGORIES)
    return pl.Series(
        [",".join(CATEGORIES[bit] for bit in range(width) if mask >> bit & 1) for mask in range(1 << width)]
    )


def compose(kind: str, mask: Integers, key: Integers, seed: int, known_share: float = 1.0) -> pl.DataFrame:
    """`title` (null for a business) and `text` of items of one kind, a row for each mask.

    `key` says which of the many texts of its mask an item has: the same key, the same text. `known_share` is the
    share of subjects that are used at all, always the same ones of each bank.
    """
    phrases = _phrases(kind)

    def chance(purpose: str) -> Floats:
        return scattered(seed, f"{kind} {purpose}", key)

    banks = _subjects_wanted(phrases, mask, chance)
    used = np.maximum(1, np.ceil(phrases.size * known_share)).astype(np.int64)
    sentences = []
    title = pl.repeat(None, len(mask), dtype=pl.String, eager=True)
    last = banks.shape[1] - 1
    for place in range(banks.shape[1]):
        rows = np.flatnonzero(banks[:, place] != UNKNOWN)
        bank = banks[rows, place]
        subject = phrases.first[bank] + (chance(f"subject {place}")[rows] * used[bank]).astype(np.int64)
        has_tail = (chance(f"has tail {place}")[rows] < _TAIL_SHARE) & (place < last)
        tail = _picked(phrases.tails, chance(f"tail {place}")[rows])
        full = _framed(
            phrases,
            "frame" if place == 0 else "field" if place == last else "also",
            subject,
            pl.select(pl.when(pl.Series(has_tail)).then(tail)).to_series(),
            chance(f"frame {place}")[rows],
        )
        sentences.append(_spread(full, rows, len(mask)))
        if place == 0 and kind != BUSINESS:
            title = _framed(phrases, "title", subject, None, chance("title")[rows])
    text = _joined(kind, phrases, sentences, chance("stock"), chance("sentences"), chance("arrangement"))
    return pl.DataFrame({"title": title.rename("title"), "text": _untidy(text, chance)})


def words(frame: pl.DataFrame) -> pl.Series:
    """Title and text as one: what is read of an item."""
    return frame.select(pl.concat_str("title", "text", separator=" ", ignore_nulls=True)).to_series().rename("text")


@cache
def _phrases(kind: str) -> _Phrases:
    rows = pl.read_csv(_PHRASES_FILE, infer_schema=False).fill_null("")
    of_kind = rows.filter(pl.col("kind").is_in([kind, "any"]))
    banks = (
        of_kind.filter(pl.col("role").is_in(["what", "theme"]))
        .select("role", "about")
        .unique()
        .sort("role", "about")
        .rows()
    )
    # Not in the order in which they were thought of, for only the first share of a bank may be used.
    ordered = [
        sorted(
            of_kind.filter((pl.col("role") == role) & (pl.col("about") == about))["phrase"],
            key=lambda phrase: (crc32(phrase.encode()), phrase),
        )
        for role, about in banks
    ]
    every = [phrase for phrases in ordered for phrase in phrases]
    size = np.array([len(phrases) for phrases in ordered])
    joint = np.full(1 << len(CATEGORIES), UNKNOWN)
    for number, (_, about) in enumerate(banks):
        named = about.split(", ")
        if len(named) > 1:
            joint[sum(1 << CATEGORIES.index(name) for name in named)] = number
    return _Phrases(
        subjects=pl.Series([*every, *(_capitalised(phrase) for phrase in every)]),
        first=np.cumsum(size) - size,
        size=size,
        bank={about: number for number, (role, about) in enumerate(banks) if role == "what"},
        field_bank={about: number for number, (role, about) in enumerate(banks) if role == "theme"},
        joint_bank=joint,
        tails=of_kind.filter(pl.col("role") == "tail")["phrase"],
        stock=of_kind.filter(pl.col("role") == "boilerplate")["phrase"],
        frames={
            role: _split(of_kind.filter(pl.col("role") == role)["phrase"].to_list())
            for role in ("frame", "also", "field", "title")
        },
    )


def _split(sentences: list[str]) -> _Frames:
    pairs = [sentence.split("{}") for sentence in sentences]
    return _Frames(
        pl.Series([before for before, _ in pairs], dtype=pl.String),
        pl.Series([after for _, after in pairs], dtype=pl.String),
        np.array([not before for before, _ in pairs], dtype=bool),
    )


def _subjects_wanted(phrases: _Phrases, mask: Integers, chance: Callable[[str], Floats]) -> Integers:
    """Bank of each subject of each text: texts x places, UNKNOWN where there is none; in the last place its field."""
    width = len(CATEGORIES)
    wanted = np.full((len(mask), width + 1), UNKNOWN)
    placed = np.zeros(len(mask), dtype=np.int64)
    bank_of, field_of = (np.array([bank[name] for name in CATEGORIES]) for bank in (phrases.bank, phrases.field_bank))
    field = np.full(len(mask), phrases.field_bank[_OFF_TOPIC])
    turn = (chance("order") * width).astype(np.int64)
    for step in range(width):
        category = (turn + step) % width
        here = np.flatnonzero(mask >> category & 1)
        wanted[here, placed[here]] = bank_of[category[here]]
        field[here] = field_of[category[here]]
        placed[here] += 1
    together = np.flatnonzero((phrases.joint_bank[mask] != UNKNOWN) & (chance("joint") < _JOINT_SHARE))
    wanted[together] = UNKNOWN
    wanted[together, 0] = phrases.joint_bank[mask[together]]
    second = chance("second")
    more = (placed == 1) & (second < _SECOND_SUBJECT_SHARE)
    wanted[more, 1] = wanted[more, 0]
    none = mask == 0
    sounds_like = chance("sense") < _LOOKALIKE_SHARE
    wanted[none, 0] = np.where(sounds_like, phrases.bank[_LOOKALIKE], phrases.bank[_OFF_TOPIC])[none]
    wanted[none & (second < _SECOND_OFF_TOPIC_SHARE), 1] = phrases.bank[_OFF_TOPIC]
    wanted[:, width] = np.where(chance("field") < _FIELD_SHARE, field, UNKNOWN)
    return wanted


def _framed(phrases: _Phrases, role: str, subject: Integers, tail: pl.Series | None, chance: Floats) -> pl.Series:
    """Subjects set into sentences, with a capital where the sentence begins with them."""
    frames = phrases.frames[role]
    which = (chance * len(frames.before)).astype(np.int64)
    capital = frames.starts_with_gap[which] * (len(phrases.subjects) // 2)
    gap = pl.DataFrame({"subject": phrases.subjects.gather(subject + capital)})
    if tail is not None:
        gap = gap.select(pl.concat_str("subject", tail, separator=" ", ignore_nulls=True))
    return gap.select(pl.concat_str(frames.before.gather(which), "subject", frames.after.gather(which))).to_series()


def _joined(
    kind: str, phrases: _Phrases, sentences: list[pl.Series], stock: Floats, many: Floats, arrangement: Floats
) -> pl.Series:
    """Sentences with stock sentences after them, of which the first may also stand at the beginning or in between."""
    fewest, most = _STOCK_SENTENCES[kind]
    number = fewest + (many * (most - fewest)).astype(np.int64)
    start = (stock * len(phrases.stock)).astype(np.int64)
    drawn = [
        pl.Series(phrases.stock.gather((start + place * _STOCK_STRIDE) % len(phrases.stock)))
        for place in range(most - 1)
    ]
    frame = pl.DataFrame(
        {
            **{f"stock {place}": series for place, series in enumerate(drawn)},
            **{f"sentence {place}": series for place, series in enumerate(sentences)},
            "number": number,
            "arrangement": (arrangement * 5).astype(np.int64),
        }
    )
    first = pl.col("stock 0")
    pieces = [
        pl.when(pl.col("arrangement") == 0).then(first),
        pl.col("sentence 0"),
        pl.when(pl.col("arrangement") == 1).then(first),
        *(pl.col(f"sentence {place}") for place in range(1, len(sentences))),
        pl.when(pl.col("arrangement") > 1).then(first),
        *(pl.when(pl.col("number") > place).then(pl.col(f"stock {place}")) for place in range(1, len(drawn))),
    ]
    return frame.select(text=pl.concat_str(*pieces, separator=" ", ignore_nulls=True)).to_series()


def _untidy(text: pl.Series, chance: Callable[[str], Floats]) -> pl.Series:
    """Texts as people type them: a letter lost, doubled or swapped with the next, capitals, an ampersand."""
    frame = pl.DataFrame(
        {
            "text": text,
            "slips": pl.Series(chance("slips") < _TYPO_SHARE),
            "where": chance("where"),
            "how": (chance("how") * 3).astype(np.int64),
            "style": chance("style"),
            "ampersand": pl.Series(chance("ampersand") < _AMPERSAND_SHARE),
        }
    )
    words = pl.col("text")
    at = (pl.col("where") * (words.str.len_chars() - 2)).cast(pl.Int64)
    before, one, following = words.str.slice(0, at), words.str.slice(at, 1), words.str.slice(at + 1, 1)
    rest = words.str.slice(at + 2)
    return (
        frame.with_columns(
            text=pl.when("slips")
            .then(
                pl.when(pl.col("how") == 0)
                .then(pl.concat_str(before, following, rest))
                .when(pl.col("how") == 1)
                .then(pl.concat_str(before, one, one, following, rest))
                .otherwise(pl.concat_str(before, following, one, rest))
            )
            .otherwise(words)
        )
        .with_columns(
            text=pl.when("ampersand").then(words.str.replace_all(" and ", " & ", literal=True)).otherwise(words)
        )
        .select(
            text=pl.when(pl.col("style") < _CAPITALS_SHARE)
            .then(words.str.to_uppercase())
            .when(pl.col("style") < _CAPITALS_SHARE + _SMALL_LETTERS_SHARE)
            .then(words.str.to_lowercase())
            .otherwise(words)
        )
        .to_series()
    )


def _capitalised(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _picked(values: pl.Series, chance: Floats) -> pl.Series:
    return values.gather((chance * len(values)).astype(np.int64))


def _spread(values: pl.Series, rows: Integers, count: int) -> pl.Series:
    """`values` at their rows among `count`, null at the others."""
    where = np.zeros(count, dtype=np.int64)
    where[rows] = np.arange(1, len(rows) + 1)
    return pl.concat([pl.Series([None], dtype=pl.String), values.rename("")]).gather(where)
