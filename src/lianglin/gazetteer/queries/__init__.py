"""Reads of the register of places: what a change moves, how far it is, what imports found."""
