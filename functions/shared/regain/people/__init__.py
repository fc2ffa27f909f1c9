"""People: importing them, and the addresses and telephone numbers that codes are sent to."""
