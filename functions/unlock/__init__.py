"""The unlock function."""
