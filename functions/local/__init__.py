"""The embedded stack: everything on one machine, without an AWS account. Never deployed."""
