"""The functions in Lambda's own containers."""
