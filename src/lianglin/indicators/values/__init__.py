"""A figure as somebody needs it who doubts it: what it said before, its goal, what other offices gave, its definition."""
