"""How sure a result is: draws of organisations and other settings, and what they leave of a group."""
