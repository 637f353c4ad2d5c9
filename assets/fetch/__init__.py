"""Bringing publishers' releases into the sources: before anything is read of them, and without judging what they say.

What belongs here: asking publishers over HTTP, and moving whole drops in. What does not: what is inside a drop
(`sources`).
"""
