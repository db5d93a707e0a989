"""HTTP and HTTPS on aiohttp: the server, the handler of every request, connections and their limits, TLS."""
