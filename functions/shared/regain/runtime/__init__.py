"""The Lambda runtime: the composition root, and what SnapStart keeps in a snapshot."""
