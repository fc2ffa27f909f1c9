"""Load tests of the embedded stack over HTTP: `make load`, and a small edition among the tests."""
