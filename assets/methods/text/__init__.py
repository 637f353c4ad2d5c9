"""Texts: identifiers and postcodes in one spelling, digests, features, and the classifier over them."""
