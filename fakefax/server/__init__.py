"""HTTP and HTTPS on aiohttp: the application, its limits, the listener, TLS."""
