"""The supply chain: dependencies, their known vulnerabilities, and secrets that must not be published."""
