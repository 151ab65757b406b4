"""Writes about people, as verbs."""
