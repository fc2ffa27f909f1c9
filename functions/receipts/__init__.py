"""The receipts function."""
