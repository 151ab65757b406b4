"""The demo city's map: made from the OpenStreetMap extract in ``places/data``, with invented places on it."""
