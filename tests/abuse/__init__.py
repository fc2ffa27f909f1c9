"""Abuse cases, played over HTTP against the running embedded stack: one test for each."""
