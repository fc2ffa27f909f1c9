"""The HTTP API: routes and handlers, problems (RFC 9457), headers, and the contract that OpenAPI is written from."""
