"""The edges: DynamoDB, KMS, SES, End User Messaging, Argon2, proof of work."""
