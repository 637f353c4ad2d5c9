"""The methods: pure functions of frames and arrays, from numpy, polars, scipy and the like.

What belongs here: all that decides a row. What does not: Dagster, DuckDB, the warehouse, a layer, files of a month.
"""
