"""An issued report on its way: to offices in the house, by mail with a link, on paper; and who opened it."""
