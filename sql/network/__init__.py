"""Queries of the network layer."""
