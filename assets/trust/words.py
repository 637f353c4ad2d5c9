"""What a person reads of criteria: plain words for their names and those of their figures.

What belongs here: words. What does not: which figure a criterion has (`assets.methods.trust.margins`), how it is told.
"""

from __future__ import annotations

CRITERIA = {
    "min_firms": "size",
    "rdi_active": "RD&I-active",
    "colocated": "co-located",
    "specialised": "specialised",
    "internally_collaborative": "internally collaborative",
}
FIGURES = {
    "firms": "firms",
    "rdi_active_share": "share of firms that are active",
    "rdi_active_firms": "active firms",
    "rdi_p_value": "p-value of the share against that of the sector",
    "colocated_share": "share of located firms near one of them",
    "colocated_firms": "located firms near one of them",
    "location_quotient": "location quotient",
    "deciding_q_value": "adjusted p-value of the quotient",
    "joint_projects": "joint projects",
    "joint_pairs": "pairs with joint projects",
    "collaboration_p_value": "p-value of joint work against networks of the same degrees",
}
