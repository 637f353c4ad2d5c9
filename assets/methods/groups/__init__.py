"""The groups of a sector by whichever algorithm a profile chooses, and sectors side by side."""
