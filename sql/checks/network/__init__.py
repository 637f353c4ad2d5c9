"""Rules on the network layer's tables."""
