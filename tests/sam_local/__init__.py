"""The functions in Lambda's containers."""
