"""The rules. Pure: imports the standard library and `problems` only; time and randomness are arguments."""
