"""What the Python steps of the organisations layer read."""
