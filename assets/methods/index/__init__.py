"""The clusters of the Innovation Index: one category from its items to its clusters, and the towns in them."""
