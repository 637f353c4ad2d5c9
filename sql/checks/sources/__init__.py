"""Rules that hold for the tables of the sources."""
