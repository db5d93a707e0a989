"""HTTPS for programs that have https://fax.to written into them.

private_files  files that only their owner reads, written whole or not at all; the folder where they are kept
authority      the local authority, the certificates that it issues, how each language trusts it
context        the server's TLS context, with the authority's certificate or the user's; why a handshake failed
"""
