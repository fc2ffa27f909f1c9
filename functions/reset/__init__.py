"""The reset function."""
