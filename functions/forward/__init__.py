"""The function that forwards audit events to where the organisation watches."""
