"""Rules that hold for the tables of trust."""
