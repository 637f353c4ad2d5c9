"""Clusters out of tested groups: criteria, types, names, figures."""
