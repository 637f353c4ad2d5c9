"""Whether a drop is plausible, and what a person lets pass of it."""
