"""Citations of a work as publishers write them: a count, or what is none.

What belongs here: SQL that the readers of publications share. What does not: where a publisher keeps the count.
"""

from __future__ import annotations

COUNT = "^[0-9]+([.]0*)?$"
"""A whole number, perhaps with the `.0` of one that was stored as a fraction."""
NOT_KNOWN = "('', 'nan')"
"""What stands where there is no count."""


def odd_count(text: str) -> str:
    """SQL for a text that says something and no count of citations, else null: its work is refused.

    `{limit}` in it is to be filled with the most that a work may have.
    """
    is_count = f"regexp_matches(trim({text}), '{COUNT}') and try_cast({text} as bigint) <= {{limit}}"
    return f"case when lower(trim({text})) not in {NOT_KNOWN} and not coalesce({is_count}, false) then {text} end"


def citations(text: str) -> str:
    """SQL for the citations that a text says, 0 where it says none."""
    return f"coalesce(try_cast({text} as bigint), 0)"
