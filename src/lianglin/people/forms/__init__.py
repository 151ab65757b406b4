"""Forms of the desk about people."""
