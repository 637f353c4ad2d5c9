"""What every reader is given and gives back, and having a drop read."""
