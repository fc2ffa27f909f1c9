"""Directories: where the passwords of accounts live."""
