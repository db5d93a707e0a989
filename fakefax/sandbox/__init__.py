"""One isolated account world, and the registry of all: accounts, keys, users, uploads, remote files."""
