"""What the Python steps of the network layer read."""
