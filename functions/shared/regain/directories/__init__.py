"""Directories: where accounts' passwords are kept."""
