"""Reads about people: one person's file, who acts for whom, what was agreed to."""
