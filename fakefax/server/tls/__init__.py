"""HTTPS for programs that have https://fax.to written into them.

folder         where that is kept unless somebody says otherwise
private_files  files that only their owner reads, written whole or not at all
authority      the local authority that is kept between starts, and the certificates that it issues
context        what the server needs to speak TLS, from the authority or from one's own certificate
trust          how each language is told to trust the authority
"""
