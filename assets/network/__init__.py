"""Who works with whom: the collaboration graph, communities, the null model, the collaborative test, co-location."""
