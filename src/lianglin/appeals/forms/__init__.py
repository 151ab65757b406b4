"""Forms of the appeals domain."""
