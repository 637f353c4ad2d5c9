"""Rules of the publication: each a query that returns the failing rows."""
