"""The HTTP client that posts callbacks: dispatcher, client, pool, connection, response parser, resolver."""
