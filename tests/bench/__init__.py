"""What it costs: `make bench`. Every figure is a ratio or a count of one run, with the machine's noise beside it."""
