"""What the Python steps of the spatial layer read."""
