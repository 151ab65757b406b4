"""Pages of the appeals domain."""
