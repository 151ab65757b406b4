"""Pure rules of places: no Django, no database."""
