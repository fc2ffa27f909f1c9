"""The command line `./regain`: the same code against AWS and against the embedded stack. Never deployed."""
