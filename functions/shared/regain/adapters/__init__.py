"""Adapters for DynamoDB, KMS, SES, End User Messaging, Argon2, proof of work and other services and libraries."""
