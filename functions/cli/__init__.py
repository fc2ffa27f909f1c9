"""The command line `./regain`, for stacks on AWS and the embedded stack. Never deployed."""
