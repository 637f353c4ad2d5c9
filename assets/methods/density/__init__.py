"""Groups by density: the tree of distinct places, what is chosen of it, and K-means beside it."""
