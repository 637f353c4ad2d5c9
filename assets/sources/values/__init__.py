"""From text to values: columns found, values of their kinds, rows refused."""
