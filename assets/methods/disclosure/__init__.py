"""Disclosure control: what must not be told, what else to hold back for it, and the attack that must fail."""
