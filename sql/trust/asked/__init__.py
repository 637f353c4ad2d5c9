"""What commands read of the trust layer."""
