"""Queries of the publication."""
