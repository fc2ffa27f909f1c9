"""The account function."""
