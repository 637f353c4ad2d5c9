"""Typology: criteria, types, names, figures, and identity from month to month."""
