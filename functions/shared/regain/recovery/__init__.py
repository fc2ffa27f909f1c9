"""What reset, unlock, registration and administration share: flows, proofs, step-up authentication and sessions."""
