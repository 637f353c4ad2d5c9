"""Queries of the layer `organisations`, one a table."""
