"""fakefax from Python: a server in a thread of its own, and its first account at hand."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal

from fakefax.core.advance import Advance
from fakefax.core.audit import AuditReport
from fakefax.core.clock import Clock, ClockError
from fakefax.core.durations import parse_duration, parse_timeout
from fakefax.core.journal import Entry
from fakefax.core.ledger import LedgerEntry
from fakefax.core.models import Account, FaxJob
from fakefax.core.money import parse_amount
from fakefax.sandbox import Sandbox
from fakefax.scenario.build import parse_time
from fakefax.scenario.loader import load_scenario
from fakefax.scenario.overrides import check_rate, override
from fakefax.server import Server, ServerOptions
from fakefax.server_thread import LoopThread, NotRunning


class AdvanceGaveUp(ClockError):
    """An advance that stopped short; `advance` is how far it came, and what it still waits for."""

    def __init__(self, advance: Advance) -> None:
        super().__init__(advance.message)
        self.advance = advance


class FakeFax:
    """A running fakefax, for tests without a fixture and for scripts.

        with FakeFax(scenario="busy") as fax:
            fax.callback_url = "http://127.0.0.1:8000/faxto"
            send_invoice(base_url=fax.base_url, api_key=fax.api_key)
            fax.advance("1m")     # the receipt has been delivered and answered
            assert fax.balance == Decimal("99.85")

    Simulated time stands still unless `rate` says otherwise, and moves by `advance`. `scenario` is a shipped name
    or a path. Raises ScenarioError for a wrong scenario, CannotListen for an address that cannot be used.
    The server runs in its own thread, which a patched clock (freezegun, time-machine) does not stop; call it from
    any thread, in async code through `asyncio.to_thread`.
    """

    def __init__(
        self,
        scenario: str = "default",
        *,
        rate: float = 0,
        start: str | datetime | None = None,
        balance: str | None = None,
        callback_url: str | None = None,
        seed: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        callback_timeout: str | float = "10s",
    ) -> None:
        chosen = override(
            load_scenario(scenario), rate=rate, start=start, balance=balance, callback_url=callback_url, seed=seed
        )
        self._server = Server(chosen, ServerOptions(host, port, parse_timeout(callback_timeout)))
        self._thread = LoopThread()

    def __enter__(self) -> "FakeFax":
        if self._thread.running:
            raise RuntimeError("this FakeFax is running already; make another one for another world")
        self._thread.start()
        try:
            self._thread.run(self._server.start())
        except BaseException:
            self._thread.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._thread.run(self._server.stop())
        finally:
            self._thread.end()

    @property
    def url(self) -> str:
        """http://HOST:PORT of the server."""
        if not self._thread.running:
            raise NotRunning
        return self._server.url

    @property
    def base_url(self) -> str:
        """What the program under test uses in place of https://fax.to/api/v2."""
        return f"{self.url}/api/v2"

    @property
    def api_key(self) -> str:
        """The key of the first account."""
        return self._account.api_key

    @property
    def callback_url(self) -> str | None:
        """Where delivery receipts are posted; None posts none. Raises ValueError for what is no http URL."""
        return self._account.callback_url

    @callback_url.setter
    def callback_url(self, url: str | None) -> None:
        self._thread.call(lambda: self._sandbox.change_account(self._account, urls={"callback_url": url}))

    @property
    def balance(self) -> Decimal:
        """The simulated balance; setting it is a top-up or a withdrawal in the ledger."""
        return self._account.ledger.balance

    @balance.setter
    def balance(self, amount: Decimal | str | int) -> None:
        exact = parse_amount(amount)
        self._thread.call(lambda: self._sandbox.change_account(self._account, balance=exact))

    @property
    def now(self) -> datetime:
        """Simulated time."""
        return self._thread.call(lambda: self._sandbox.clock.now)

    @property
    def rate(self) -> float:
        """Simulated seconds per real second, 0 to 100,000; 0 means that time moves only by `advance`."""
        return self._sandbox.clock.rate

    @rate.setter
    def rate(self, rate: float) -> None:
        checked = check_rate(rate)
        self._thread.call(lambda: self._sandbox.change_rate(checked))

    def advance(self, by: str, *, budget: str | float = "30s") -> Advance:
        """Let "15m" or "48h" go by: every due receipt is posted and answered before this returns.

        `budget` is the real time that all of it may take. Raises AdvanceGaveUp when endpoints hung so long,
        ValueError for what is no duration, ClockBusy inside another advance.
        """
        span = parse_duration(by)
        return self._walk(lambda clock: clock.advance(span, budget=parse_timeout(budget)))

    def advance_to(self, time: str | datetime, *, budget: str | float = "30s") -> Advance:
        """Like `advance`, to a point of simulated time such as "2026-01-05T10:00:00Z"."""
        target = parse_time(time) if isinstance(time, str) else time
        return self._walk(lambda clock: clock.advance_to(target, budget=parse_timeout(budget)))

    def run_until_idle(self, *, within: str = "168h", budget: str | float = "30s") -> Advance:
        """Let time go by until nothing is waiting any more, at most `within`."""
        span = parse_duration(within)
        return self._walk(lambda clock: clock.run_until_idle(within=span, budget=parse_timeout(budget)))

    @property
    def faxes(self) -> list[FaxJob]:
        """The fax jobs of the account, oldest first."""
        return self._thread.call(lambda: self._sandbox.fax_jobs(self._account))

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The entries of the account's ledger, oldest first."""
        return self._thread.call(lambda: list(self._account.ledger.entries))

    @property
    def journal(self) -> list[Entry]:
        """All that happened, oldest first."""
        return self._thread.call(self._sandbox.journal.entries)

    def audit(self) -> AuditReport:
        """Prove the books."""
        return self._thread.call(lambda: self._sandbox.audit(self._account))

    def resend(self, fax_job_id: int) -> None:
        """Post the receipt of a job once more, now."""

        def send() -> None:
            self._sandbox.receipts.resend(self._sandbox.store.fax_job(fax_job_id, self.api_key))

        self._thread.call(send)

    def reset(self) -> None:
        """Everything back to the scenario; only fax_job_ids go on rising."""

        async def reset() -> None:
            await self._server.sandboxes.reset(self._sandbox)

        self._thread.run(reset())

    @property
    def _sandbox(self) -> Sandbox:
        if not self._thread.running:
            raise NotRunning
        return self._server.sandbox

    @property
    def _account(self) -> Account:
        return self._sandbox.first_account

    def _walk(self, advance: Callable[[Clock], Awaitable[Advance]]) -> Advance:
        async def walk() -> Advance:
            return await self._sandbox.walk(advance)

        result = self._thread.run(walk())
        if not result.settled:
            raise AdvanceGaveUp(result)
        return result
