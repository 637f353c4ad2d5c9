"""Queries that make the tables of trust."""
