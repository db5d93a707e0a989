"""Why an attempt got no response."""


class TransportError(Exception):
    """There was no complete response; the message is for the journal."""


class Unreachable(TransportError):
    """Connection refused or host unreachable."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(message)
        self.host = host
