"""The Index: items classified into five categories, clustered, ranked, compared from month to month.

What belongs here: the names that other layers import.
"""

from assets.innovation_index.reports import rankings_png

__all__ = ["rankings_png"]
