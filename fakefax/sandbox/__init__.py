"""Sandboxes and their registry: accounts, keys, users, uploads, remote files."""
