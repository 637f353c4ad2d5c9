"""Location quotients, many tests at once, and random numbers inside compiled loops."""
