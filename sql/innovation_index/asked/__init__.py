"""What commands read of the innovation index layer."""
