"""Engines: pure functions, arrays in, arrays out. They import nothing of the house and no Django."""
