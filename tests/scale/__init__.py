"""What grows with the number of people, and what does not: `make scale`, and a small edition among the tests."""
