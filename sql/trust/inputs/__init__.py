"""What the Python steps of the trust layer read."""
