"""SCIM 2.0 (RFC 7643, 7644): resources and accounts, filters, PATCH, discovery and tokens. Pure."""
