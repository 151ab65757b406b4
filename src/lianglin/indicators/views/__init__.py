"""Pages of figures: the dashboard of a post's area, and what is published for everybody."""
