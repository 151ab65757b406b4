"""Reports that are drafted by themselves on a working day after each period, as whoever asked for them."""
