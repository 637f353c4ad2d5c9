"""Rules that hold for the reference tables."""
