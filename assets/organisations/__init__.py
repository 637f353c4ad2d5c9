"""Who is who and where: one organisation across all sources, its sites, and what is apportioned to them."""
