"""The campaign against the running system, `make campaign`: what was tried, and what held, in `docs/reliability.md`.

An attack is a module with `ATTACK`: its name, what it tries in a sentence, and a function that tries it. What belongs
here: campaigns too long for the suite. What does not: the short form of each, which stands in the tests.
"""
