"""One module a publisher: its address, its licence, how its newest release is found, and how that becomes a drop."""
