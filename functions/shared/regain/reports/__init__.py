"""Reports: usage counts, and events exported as CSV and JSON Lines."""
