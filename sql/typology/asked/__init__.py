"""What commands read of the layer typology."""
