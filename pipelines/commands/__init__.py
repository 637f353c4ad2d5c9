"""The commands a person types, by what they are for, and what they share. Each is a thin caller; none holds a rule."""
