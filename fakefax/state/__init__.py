"""What is kept of a sandbox, and snapshots of it."""
