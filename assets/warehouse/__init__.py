"""The ground every layer stands on: the DuckDB file, steps that fill tables, checks, and what the UI shows of them."""
