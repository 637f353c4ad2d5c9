"""A United Kingdom with planted clusters, in the publishers' formats, at any scale from 1:1000 to full size.

What belongs here: drawing it and writing its drops and its truth. What does not: any rule of the method; the only
things shared with it are the shipped lists of places and sectors, the grids, and the formats.
"""

from synthetic_uk.settings import Settings
from synthetic_uk.world import SynthesisReport, drawn_until, synthesise

__all__ = ["Settings", "SynthesisReport", "drawn_until", "synthesise"]
