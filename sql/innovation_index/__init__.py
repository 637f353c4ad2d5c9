"""Queries of the Index."""
