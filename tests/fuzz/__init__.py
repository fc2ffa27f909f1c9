"""Fuzzing: requests inside and outside the contract, and every parser of foreign input."""
