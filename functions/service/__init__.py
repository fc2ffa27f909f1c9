"""The service function."""
