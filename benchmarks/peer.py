"""The description of a peer, by which every measure can run it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

NUMBER = "NNNNNNN"
"""Where a request has the digits that differ from send to send."""

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Send:
    """The request that means "send a fax". Its body has NUMBER in it once; `status` is the expected status."""

    path: str
    body: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: FORM)
    status: int = 200

    def __post_init__(self) -> None:
        assert self.body.count(NUMBER) == 1, f"{self.body!r} should have {NUMBER} once"

    def bytes(self, number: int, host: str) -> bytes:
        """The whole request, for the wire."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\n{head}Content-Length: {len(self.body)}\r\n\r\n"
            f"{self.body.replace(NUMBER, f'{number % 10_000_000:07}')}"
        ).encode()


FAX = Send("/api/v2/fax", f"api_key=f%40x2r0ckkz&fax_number=%2B1555{NUMBER}&document_id=10")
"""The send of Fax.to's own API, for the peers that can be taught any path."""

ANSWER = {"status": "executed", "fax_job_id": 200, "user_cash_balance": 99.85, "cost": 0.15}
"""What the peers that answer from a table are taught to answer."""

RECEIPT = "fax_job_id=200&status=success&msg_code=ok&message=Success%21+Your+fax+has+been+sent%21"
"""The callback that those peers are taught to post."""


@dataclass(frozen=True)
class Place:
    """Where a peer runs: its port, a folder of its own, and the callback URL or None."""

    port: int
    folder: Path
    callback_url: str | None = None


@dataclass(frozen=True)
class Peer:
    """`command` writes the files that the peer needs and says how it is started.

    `log` is what it keeps of a request; `pip` or `npm` is the package that has it; `needs` are programs of the
    machine; `calls_back` peers can post one callback per send; `warm_up` is how many seconds of load it needs to be
    as fast as it gets.
    """

    name: str
    command: Callable[[Place], list[str]]
    send: Send
    log: str
    pip: str | None = None
    npm: str | None = None
    needs: tuple[str, ...] = ()
    calls_back: bool = False
    warm_up: float = 2.0

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")
