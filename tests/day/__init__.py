"""A day of an organisation on the full stack: `make day`, and a small edition among the tests."""
