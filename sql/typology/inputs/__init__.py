"""What the Python steps of the typology layer read."""
