"""Local publishers: the protocols of the real ones over HTTP on the loopback address, for tests and demos.

What belongs here: pages, paging, cursors, ranges, ETags, redirects, and faults that can be switched on. What does not:
what the drops that they give say (the rest of `synthetic_uk`), any test.
"""
