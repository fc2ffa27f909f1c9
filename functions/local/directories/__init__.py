"""Real directories on this machine, from Debian's packages: for tests, and for `make serve DIRECTORY=`."""
