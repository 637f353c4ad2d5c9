"""Rules of the tables: each a query that returns the failing rows."""
