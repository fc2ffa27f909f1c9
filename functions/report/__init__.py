"""The report function."""
