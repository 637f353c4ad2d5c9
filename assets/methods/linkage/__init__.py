"""Which records are of one organisation, and where an institution is."""
