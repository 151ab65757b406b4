"""The sample people of the demo city: drawn from stated tables, nobody real."""
