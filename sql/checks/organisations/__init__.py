"""Rules that the tables of the layer `organisations` keep."""
