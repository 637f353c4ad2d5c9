"""The declared tables of each layer."""
