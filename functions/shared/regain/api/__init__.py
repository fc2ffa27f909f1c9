"""The HTTP API: Powertools' resolver, requests and responses, problems (RFC 9457), the contract and OpenAPI."""
