"""How sure the clusters are: stability, and what else says how far each may be believed."""
