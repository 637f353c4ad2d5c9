"""What exists: the tables of each layer and the methods that make them. Nothing here knows how or when a run happens."""
