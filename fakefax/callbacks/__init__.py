"""The HTTP client that posts callbacks: dispatcher, connection pool, connection, response parser, resolver."""
