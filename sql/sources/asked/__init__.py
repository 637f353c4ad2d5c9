"""What commands read of the sources layer."""
