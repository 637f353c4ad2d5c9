"""Communities of the collaboration graph: how they are found, judged, tested, and where they are."""
