"""Regain: self-service password reset. Shared by the functions, the site's generator, tests and local runs."""
