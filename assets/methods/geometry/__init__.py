"""Grids, distances on the sphere, outlines, and points inside them."""
