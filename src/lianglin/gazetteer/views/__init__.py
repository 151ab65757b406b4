"""Desk pages of the register of places."""
