"""The publishers' files: finding the drop of each dataset, reading its format, refusing what is bad in it.

What belongs here: the names that other layers import.
"""

from assets.sources.bounds import USUAL_BOUNDS, Bounds, in_words
from assets.sources.delivery.drops import dated_drops
from assets.sources.delivery.storage import Storage, sha256_of_parts
from assets.sources.needs import index_problems
from assets.sources.plausibility.rules import LARGEST, UNREAD
from assets.sources.reading.texts import text_batches
from assets.sources.shapes.looking import shapes_of
from assets.sources.shapes.shape import FileKind, FileShape
from assets.sources.values.columns import header_key

__all__ = [
    "LARGEST",
    "UNREAD",
    "USUAL_BOUNDS",
    "Bounds",
    "FileKind",
    "FileShape",
    "Storage",
    "dated_drops",
    "header_key",
    "in_words",
    "index_problems",
    "sha256_of_parts",
    "shapes_of",
    "text_batches",
]
