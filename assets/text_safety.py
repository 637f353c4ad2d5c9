"""Text that others wrote, made harmless for where it goes: a page, a script, Markdown, a spreadsheet, a CSV file.

What belongs here: what is taken out, what is marked, what is escaped; how a page is told from data. HTML is escaped by
Jinja2's autoescape. What does not: layouts and file formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Controls, marks that turn the direction of text, and characters that take no room: none is part of a name.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
UNPRINTED = re.compile(f"{UNSEEN.pattern[:-1]}\ud800-\udfff]")
"""The same, and halves of characters: how the system gives the bytes of a file's name that are not UTF-8."""
FORMULA = re.compile(r"(^|;)(\s*)([=+\-@＝＋－＠])")
"""Where a spreadsheet would begin a formula: at the start of a cell, or after the semicolon at which programs of other
countries cut a line into cells."""
MARKDOWN = re.compile(r"([\\`*\[\]<>|])")
PAGE_OF_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
BEGINNING_BYTES = 512
"""Of a file or an answer: what is looked at for how it begins."""


def visible(text: str) -> str:
    """The text without characters that are not seen, or that change how others are seen."""
    return UNSEEN.sub("", text)


def escaped(text: str) -> str:
    """The text for a terminal: what is not seen, or would steer it, stands as the code of its character, `\\x1b`."""
    return UNPRINTED.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def on_one_line(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its texts as `visible` leaves them, tabs and line breaks made spaces."""
    import polars as pl

    text = pl.col(pl.String)
    return frame.with_columns(text.str.replace_all(r"[\t\r\n]", " ").str.replace_all(UNSEEN.pattern, ""))


def looks_like_html(content: bytes) -> bool:
    """Whether a file, or what a publisher answered, begins as a page of HTML does."""
    return PAGE_OF_HTML.match(content[:BEGINNING_BYTES]) is not None


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return FORMULA.search(text) is not None


def without_formulas(frame: pl.DataFrame, ours: Collection[str] = ()) -> pl.DataFrame:
    """The frame for CSV: in text columns but `ours`, an apostrophe stands before what could begin a formula."""
    import polars as pl

    columns = [name for name, kind in frame.schema.items() if kind == pl.String and name not in ours]
    return frame.with_columns(pl.col(columns).str.replace_all(FORMULA.pattern, "${1}${2}'${3}"))


def markdown_text(text: str) -> str:
    """The text on one line that Markdown shows as it is: no table cell, link, picture or HTML begins in it."""
    return MARKDOWN.sub(r"\\\1", visible(re.sub(r"[\t\r\n]", " ", text)))


def json_text(content: object) -> str:
    """JSON in ASCII that is safe inside a script element too. Raises ValueError for NaN and infinity."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
