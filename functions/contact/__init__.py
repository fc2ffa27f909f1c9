"""The contact function."""
