"""What turns the organisation and the catalogue into pages."""
