"""FakeFax, all of it put together."""

from datetime import datetime
from functools import cached_property

from fakefax.handle.aio import Aio
from fakefax.handle.faxes import FaxMembers
from fakefax.handle.loops import in_worker_thread
from fakefax.handle.money import MoneyMembers
from fakefax.handle.time import TimeMembers
from fakefax.handle.worlds import OwnServer, World


class FakeFax(TimeMembers, MoneyMembers, FaxMembers):
    """A world of fakefax at hand: send to its `base_url` with its `api_key`, let time go by, look.

        with FakeFax(scenario="busy") as fakefax:
            fakefax.callback_url = "http://127.0.0.1:8000/faxto"
            send_invoice(base_url=fakefax.base_url, api_key=fakefax.api_key)
            fakefax.advance("1m")     # the receipt has been delivered and answered
            assert fakefax.balance == Decimal("99.85")

    Simulated time stands still unless `rate` says otherwise, and moves by `advance`. `scenario` is a shipped name
    or a path. Raises ScenarioError for a wrong scenario, CannotListen for an address that cannot be used.
    The server runs in its own thread, which a patched clock (freezegun, time-machine) does not stop; call it from
    any thread. In async code use `async with`, and `await fakefax.aio.advance("1m")` for what blocks.
    """

    def __init__(
        self,
        scenario: str = "default",
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
        self._world: World = OwnServer(
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

    def __enter__(self) -> "FakeFax":
        if self._opened is not None:
            raise RuntimeError("this FakeFax is running already; make another one for another world")
        self._opened = self._world.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened = None
        self._world.close()

    async def __aenter__(self) -> "FakeFax":
        return await in_worker_thread(self.__enter__)

    async def __aexit__(self, *_: object) -> None:
        await in_worker_thread(self.__exit__)

    @cached_property
    def aio(self) -> Aio:
        """The members that block, to be awaited: `await fakefax.aio.advance("1m")`."""
        return Aio(self)
