"""What every layer may take for known: the lists that ship with the code, and the Index's categories.

What belongs here: the names that other layers import. What does not: what they are (`shipped`, `categories`).
"""

from assets.reference.categories import CATEGORIES, CATEGORY_CODES, OVERALL, category_of, clusters_wanted
from assets.reference.shipped import SHIPPED_AS_OF, shipped_file, shipped_list

__all__ = [
    "CATEGORIES",
    "CATEGORY_CODES",
    "OVERALL",
    "SHIPPED_AS_OF",
    "category_of",
    "clusters_wanted",
    "shipped_file",
    "shipped_list",
]
