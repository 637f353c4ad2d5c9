"""Rules of the spatial layer."""
