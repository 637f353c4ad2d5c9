"""Pictures of the documentation, made by commands so that they can be made again."""
