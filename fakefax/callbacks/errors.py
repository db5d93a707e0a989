"""Why an attempt got no response."""


class TransportError(Exception):
    """No whole response came; the message is for the journal."""


class Unreachable(TransportError):
    """Connection refused or host unreachable."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(message)
        self.host = host
