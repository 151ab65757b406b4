"""Pages that every kind of case shares."""
