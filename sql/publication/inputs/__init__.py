"""What the Python steps of the publication layer read."""
