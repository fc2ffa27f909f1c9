"""The organisation: its settings, the YAML file they are read from, and its languages."""
