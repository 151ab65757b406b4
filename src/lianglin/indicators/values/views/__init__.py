"""Pages of one figure, goals, imported and stated figures."""
