"""What the public gets of the figures: safely hidden, drawn, and as open data."""
