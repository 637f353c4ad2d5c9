"""What commands read of the network layer."""
