"""Why an attempt got no answer."""


class NoAnswer(Exception):
    """No whole answer came; the words are for the journal."""


class Unreachable(NoAnswer):
    """Nobody listens at a host, or nothing leads there."""

    def __init__(self, host: str, words: str) -> None:
        super().__init__(words)
        self.host = host
