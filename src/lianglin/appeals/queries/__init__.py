"""Reads over appeals."""
