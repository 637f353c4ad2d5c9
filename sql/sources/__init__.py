"""Queries over the layer of drops."""
