"""Bringing publishers' releases into the sources: before anything is read of them, and without refusing any.

What belongs here: asking publishers over HTTP, moving whole drops in, telling what changed at a publisher. What does
not: looking into files, and what a month makes of a drop (`sources`).
"""
