"""FakeFax, all of it put together."""

import warnings
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakefax.client.aio import Aio
from fakefax.client.control_client import ControlClient
from fakefax.client.errors import RunningAlready, WrongValue
from fakefax.client.loops import in_worker_thread
from fakefax.client.outcomes import OutcomeMembers
from fakefax.client.receiver import LOOPBACK, Receiver
from fakefax.client.receiving import ReceivingMembers
from fakefax.client.sandboxes import Existing, NewSandbox, OwnServer, World
from fakefax.client.verdict import VerdictMembers

SETTABLE = ("balance", "callback_url", "rate", "received_fax_url", "verdict")


class FakeFax(VerdictMembers, OutcomeMembers, ReceivingMembers):
    """A world of fakefax at hand: send to its `base_url` with its `api_key`, let time go by, look.

        with FakeFax(scenario="busy") as fakefax:
            fakefax.callback_url = "http://127.0.0.1:8000/faxto"
            send_invoice(base_url=fakefax.base_url, api_key=fakefax.api_key)
            fakefax.advance("1m")     # the receipt has been delivered and answered
            assert fakefax.balance == Decimal("99.85")

    Simulated time stands still unless `rate` says otherwise, and moves by `advance`. `scenario` is a shipped name,
    a path, or what a file has, as YAML or as data. Raises WrongValue for a scenario or a setting that cannot be;
    entering raises CannotListen for an address that cannot be used.
    The server runs in its own thread, which a patched clock (freezegun, time-machine) does not stop; call it from
    any thread. In async code use `async with`, and `await fakefax.aio.advance("1m")` for what blocks.
    """

    _receiver: Receiver | None = None
    _receiver_host = LOOPBACK

    def __init__(
        self,
        scenario: str | Path | Mapping[str, object] = "default",
        *,
        rate: float = 0,
        start: str | datetime | None = None,
        balance: str | None = None,
        callback_url: str | None = None,
        received_fax_url: str | None = None,
        seed: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        callback_timeout: str | float = "10s",
    ) -> None:
        self._world = OwnServer(
            scenario,
            host,
            port,
            callback_timeout,
            rate=rate,
            start=start,
            balance=balance,
            callback_url=callback_url,
            received_fax_url=received_fax_url,
            seed=seed,
        )

    if not TYPE_CHECKING:  # a type checker knows the members, and would take this to allow any

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse what is no member: a slip such as `fakefax.callback = url` would set nothing, unsaid."""
            __tracebackhide__ = True
            if not name.startswith("_") and not hasattr(type(self), name):
                raise AttributeError(f"FakeFax has no {name!r} to set; there are: {', '.join(SETTABLE)}")
            super().__setattr__(name, value)

    @classmethod
    def connect(cls, url: str, *, api_key: str | None = None, **settings: Any) -> "FakeFax":
        """A world of a fakefax that runs already, such as a container.

            with FakeFax.connect("http://localhost:8080", scenario="busy") as fakefax:
                ...                        # a sandbox of its own on a paused clock, deleted at the end

        With an `api_key` it is that account as it is, which stays. `settings` are those of a new sandbox:
        scenario (a name, a file here, YAML or data), rate, start, balance, callback_url, received_fax_url, seed.
        Raises WrongValue for what is no URL of a fakefax; entering raises Unreachable when none is there.
        """
        client = ControlClient(url)
        if api_key is not None:
            if settings:
                raise WrongValue(f"{', '.join(settings)}: an account that is there already keeps its own")
            return cls._of(Existing(client, api_key))
        return cls._of(NewSandbox(client, {"rate": 0, **settings}))

    @classmethod
    def _of(cls, world: World, receiver_host: str = LOOPBACK) -> "FakeFax":
        fakefax = cls.__new__(cls)
        fakefax._world = world
        fakefax._receiver_host = receiver_host
        return fakefax

    def __enter__(self) -> "FakeFax":
        if self._opened is not None:
            raise RunningAlready
        self._opened = self._world.open()
        return self

    def __exit__(self, kind: type[BaseException] | None = None, *_: object) -> None:
        self._opened = None
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None
        self._world.close()
        unfinished, self._open_givens = self._open_givens, []
        for given in unfinished if kind is None else ():
            warnings.warn_explicit(str(given), UserWarning, *given.place)

    async def __aenter__(self) -> "FakeFax":
        return await in_worker_thread(self.__enter__)

    async def __aexit__(self, *raised: Any) -> None:
        await in_worker_thread(partial(self.__exit__, *raised))

    def __repr__(self) -> str:
        """Where it is and with which key, for a debugger or a failed assertion."""
        if self._opened is None:
            return "<FakeFax, not running>"
        return f"<FakeFax base_url={self.base_url} api_key={self.api_key}>"

    @cached_property
    def aio(self) -> Aio:
        """The members that block, to be awaited: `await fakefax.aio.advance("1m")`."""
        return Aio(self)

    @property
    def receiver(self) -> Receiver:
        """A callback endpoint, for a program that has none. The first use sets both callback URLs to it.

            fakefax.receiver.answers(503, 200)
            send_invoice(fakefax.base_url, fakefax.api_key)
            fakefax.advance("16m")
            assert [receipt.msg_code for receipt in fakefax.receiver.receipts] == ["ok", "ok"]

        It listens on this machine. A fakefax in a container reaches it by another name than 127.0.0.1: give it
        with `--fakefax-receiver-host`, such as host.docker.internal.
        """
        self._now_open()
        if self._receiver is None:
            self._receiver = Receiver(self._receiver_host)
            self._use_receiver(self._receiver)
        return self._receiver

    def reset(self) -> None:
        """Everything back to the scenario; only fax_job_ids go on rising. A receiver in use stays in use."""
        super().reset()
        if self._receiver is not None:
            self._receiver.clear()
            self._use_receiver(self._receiver)

    def _use_receiver(self, receiver: Receiver) -> None:
        self._change_account(callback_url=receiver.url, received_fax_url=receiver.url)

    def _own_receiver_url(self) -> str | None:
        return None if self._receiver is None else self._receiver.url
