"""What the Python steps of the innovation index layer read."""
