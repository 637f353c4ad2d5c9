"""Queries that make the tables of the typology."""
