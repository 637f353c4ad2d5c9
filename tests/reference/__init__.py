"""Tests of the reference lists, the postcodes' shape and the grids."""
