"""Pages of staff about people."""
