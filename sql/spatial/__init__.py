"""Queries of the spatial layer."""
