"""The supply chain: what is brought in, what is known of it, and what of our own must never go out."""
