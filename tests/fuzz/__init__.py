"""Fuzzing: every request that the contract allows and many that it does not, and every reader of foreign text."""
