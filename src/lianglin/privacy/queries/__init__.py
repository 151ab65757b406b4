"""Reads of data protection: what is held about a person, what is due, what is assessed, what the notice says."""
