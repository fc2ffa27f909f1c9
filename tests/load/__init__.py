"""Many people at once, on the embedded stack over HTTP: `make load`, and a small edition among the tests."""
