"""Publication: what leaves the warehouse, and only after disclosure control: map, downloads, report."""
