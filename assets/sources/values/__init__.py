"""Values out of text: columns found, values of their kinds, rows refused."""
