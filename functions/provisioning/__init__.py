"""The provisioning function: SCIM 2.0."""
