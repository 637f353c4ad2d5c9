"""Rules of the Index: each a query that returns the failing rows."""
