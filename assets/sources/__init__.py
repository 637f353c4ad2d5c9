"""The publishers' files: finding the drop of each dataset, reading its format, refusing what is bad in it.

What belongs here: the names that other layers import.
"""

from assets.sources.bounds import USUAL_BOUNDS, Bounds
from assets.sources.needs import index_problems
from assets.sources.plausibility.rules import LARGEST, UNREAD
from assets.sources.reading.texts import text_batches

__all__ = ["LARGEST", "UNREAD", "USUAL_BOUNDS", "Bounds", "index_problems", "text_batches"]
