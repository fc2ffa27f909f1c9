"""The function that forwards audit events to the organisation's event bus."""
