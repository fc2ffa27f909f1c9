"""Regain: self-service password reset. Shared by the functions, the site's generator, tests and local runs."""

import gc

gc.set_threshold(200_000)  # what a start makes is kept: looking for garbage every 700 objects takes a twentieth of it
