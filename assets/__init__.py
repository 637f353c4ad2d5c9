"""What exists: the tables of each layer and the methods that make them. Nothing here knows when a run happens."""
