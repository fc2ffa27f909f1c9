"""The domain rules. Pure: they import only the standard library and `problems`; time and randomness are arguments."""
