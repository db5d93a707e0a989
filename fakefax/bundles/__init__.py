"""Bundles: a run as one file, that opens in a browser without a server, and runs again to the byte."""
