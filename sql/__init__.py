"""The warehouse's own language: table declarations, one query a table, and checks that return failing rows."""
