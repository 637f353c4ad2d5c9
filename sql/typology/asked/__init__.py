"""What commands read of the typology layer."""
