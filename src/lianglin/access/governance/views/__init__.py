"""Pages of the three offices."""
