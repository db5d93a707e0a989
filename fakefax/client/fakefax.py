"""FakeFax: one sandbox at hand, from beginning to end; and FakeFaxServer, which makes as many as are wanted."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial
from inspect import currentframe
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from fakefax.client.aio import Aio, in_worker_thread
from fakefax.client.assertions import Assertions
from fakefax.client.control_client import ControlClient
from fakefax.client.errors import RunningAlready, Unreachable, WrongValue, choice
from fakefax.client.outcomes import REFUSED, Outcome, all_outcomes, named_outcome, rule_key, uses_of
from fakefax.client.receiver import LOOPBACK, Receiver
from fakefax.client.rules import CallbackFault, Given, PutRule, RequestFault, When
from fakefax.client.sandboxes import (
    SECTIONS,
    ExistingAccount,
    OwnServer,
    SandboxSource,
    Section,
    TemporarySandbox,
    checked_rule,
    shared_server,
)
from fakefax.client.snapshots import SavedSnapshot
from fakefax.client.verdict import story, verdict_parts
from fakefax.schemas import FaxList, Finding, JournalView, ReadyView, RuleList, RuleView, VerdictView
from fakefax.values.verdict_parts import DEFAULT_PARTS

SETTABLE = ("balance", "callback_url", "rate", "received_fax_url", "verdict")


class FakeFax(Assertions):
    """A sandbox of fakefax at hand: send to its `base_url` with its `api_key`, let time go by, look.

        with FakeFax(scenario="busy") as fakefax:
            fakefax.callback_url = "http://127.0.0.1:8000/faxto"
            send_invoice(base_url=fakefax.base_url, api_key=fakefax.api_key)
            fakefax.advance("1m")     # the receipt has been delivered and answered
            assert fakefax.balance == Decimal("99.85")

    Simulated time stands still unless `rate` says otherwise, and moves by `advance`. `scenario` is a shipped name,
    a path, or the content of a scenario file, as YAML or as data. Raises WrongValue for a wrong one, or a wrong
    setting; entering raises CannotListen for an address that cannot be used.
    The server runs in its own thread, which a patched clock (freezegun, time-machine) does not stop; call it from
    any thread. In async code use `async with`, and `await fakefax.aio.advance("1m")` for the members that block.
    """

    outcome: Outcome | None = None
    """The outcome of every fax of this test, when its marker has outcomes="all"."""

    _parts: set[str] | None = None
    _pid = 0
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
        self._source = OwnServer(
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

    if not TYPE_CHECKING:  # a type checker knows the members, and would take this to allow any name

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse an unknown name: a slip such as `fakefax.callback = url` would set nothing and say nothing."""
            __tracebackhide__ = True
            if not name.startswith("_") and not hasattr(type(self), name):
                raise AttributeError(f"FakeFax has no {name!r} to set; there are: {', '.join(SETTABLE)}")
            super().__setattr__(name, value)

    @classmethod
    def connect(cls, url: str, *, api_key: str | None = None, **settings: Any) -> "FakeFax":
        """A sandbox of a fakefax that runs already, such as a container.

            with FakeFax.connect("http://localhost:8080", scenario="busy") as fakefax:
                ...                        # a sandbox of its own on a paused clock, deleted at the end

        With an `api_key` it is that account as it is, which stays. `settings` are those of a new sandbox:
        scenario (a name, a file here, YAML or data), rate, start, balance, callback_url, received_fax_url, seed,
        or a snapshot to go on from.
        For https:// the server's certificate is checked against this machine's CA certificates, or those in the
        file that the environment variable SSL_CERT_FILE names.
        Raises WrongValue for a URL that cannot be a fakefax's; entering raises Unreachable when none is there.
        """
        client = ControlClient(url)
        if api_key is not None:
            if settings:
                raise WrongValue(f"{', '.join(settings)}: an account that is there already keeps its own")
            return cls._of(ExistingAccount(client, api_key))
        return cls._of(TemporarySandbox(client, {"rate": 0, **settings}))

    @classmethod
    def _of(cls, source: SandboxSource, receiver_host: str = LOOPBACK) -> "FakeFax":
        fakefax = cls.__new__(cls)
        fakefax._source = source
        fakefax._receiver_host = receiver_host
        return fakefax

    def __enter__(self) -> "FakeFax":
        if self._opened is not None:
            raise RunningAlready
        self._opened = self._source.open()
        self._pid = os.getpid()
        return self

    def __exit__(self, kind: type[BaseException] | None = None, *_: object) -> None:
        self._opened = None
        receiver, self._receiver = self._receiver, None
        if self._pid != os.getpid():  # a forked child: the sandbox is its parent's to end
            return
        if receiver is not None:
            receiver.close()
        self._source.close()
        unfinished, self._open_givens = self._open_givens, []
        for given in unfinished if kind is None else ():
            warnings.warn_explicit(str(given), UserWarning, *given.place)

    async def __aenter__(self) -> "FakeFax":
        return await in_worker_thread(self.__enter__)

    async def __aexit__(self, *raised: Any) -> None:
        await in_worker_thread(partial(self.__exit__, *raised))

    def __repr__(self) -> str:
        """Its address and its key, for a debugger or a failed assertion."""
        if self._opened is None:
            return "<FakeFax, not running>"
        return f"<FakeFax base_url={self.base_url} api_key={self.api_key}>"

    @cached_property
    def aio(self) -> Aio:
        """The members that block, to be awaited: `await fakefax.aio.advance("1m")`."""
        return Aio(self)

    # The built-in receiver

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
        """Put everything back to the scenario; only fax_job_ids go on rising. A receiver in use stays in use."""
        super().reset()
        if self._receiver is not None:
            self._receiver.clear()
            self._use_receiver(self._receiver)

    def restore(self, saved: SavedSnapshot | str | Path) -> None:
        """Go on from a snapshot, or from a file that has one, under this sandbox's key; all of it or nothing.

        Ids that another sandbox of the server has become new ones, and ids go on rising. Attempts that had been
        posted and were not answered are posted again. A receiver in use stays in use, and forgets what it got.
        Raises WrongValue with every problem of a wrong snapshot.
        """
        account = self._restore(saved)
        if self._receiver is not None:
            self._receiver.clear()
            if {account.callback_url, account.received_fax_url} != {self._receiver.url}:
                self._use_receiver(self._receiver)

    def _use_receiver(self, receiver: Receiver) -> None:
        self._change_account(callback_url=receiver.url, received_fax_url=receiver.url)

    # Rules in front of the scenario's, and outcomes

    def given(self, **when: Unpack[When]) -> Given:
        """Begin a rule: the method that follows says what happens to requests and faxes that have these fields.

        fakefax.given(fax_number="+44*").busy(times=2)            # then the scenario decides again
        fakefax.given(pages=">20").then("busy", "ok")             # the second try gets through
        fakefax.given(operation="send_fax").fault(status=500)
        fakefax.given(attempt=1).callback_fault(lose_ack=True)
        """
        given = Given(self, when)
        frame = currentframe()
        if frame is not None and frame.f_back is not None:
            given.place = (frame.f_back.f_code.co_filename, frame.f_back.f_lineno)
        self._open_givens.append(given)
        return given

    def fault(self, *, times: int | None = None, **effect: Unpack[RequestFault]) -> PutRule:
        """A fault of the API for every request; with `times`, for the next ones.

        fakefax.fault(lose_reply="after_commit", times=1)         # accepted and charged, and the reply is lost
        """
        return Given(self, {}).fault(times=times, **effect)

    def callback_fault(self, *, times: int | None = None, **effect: Unpack[CallbackFault]) -> PutRule:
        """A fault of every callback; with `times`, of the next ones.

        fakefax.callback_fault(duplicate=True)                    # every receipt comes twice
        """
        return Given(self, {}).callback_fault(times=times, **effect)

    def put_rule(self, section: Section, rule: Mapping[str, object]) -> PutRule:
        """A rule of `faxes`, `requests` or `callbacks` in front of the others, written as in a scenario file.

        fakefax.put_rule("faxes", {"when": {"pages": ">20"}, "then": {"mix": {"ok": 9, "busy": 1}}})

        Raises WrongValue, with every problem of the rule.
        """
        if section not in SECTIONS:
            raise WrongValue(f"{section!r} is not a section of rules; {choice(section, SECTIONS)}")
        written = {name: value for name, value in checked_rule(rule).items() if value is not None}
        put = self._ask("POST", f"/rules/{section}", RuleView, written)
        return PutRule(self, section, put.id)

    def meet(self, outcome: Outcome | str) -> None:
        """Let every fax meet this outcome, whatever its number. Raises WrongValue for an unknown name.

        fakefax.meet("busy once, then ok")
        """
        if not isinstance(outcome, Outcome):
            outcome = named_outcome(outcome)
        self.outcome = outcome
        self.put_rule(outcome.section, outcome.rule)
        if outcome.rate is not None:
            self.rate = outcome.rate

    def outcomes_met(self) -> set[str]:
        """The names of the outcomes that faxes of this sandbox have met, whatever brought them about."""
        met = {key for section in SECTIONS for key in self._keys_used(section)}
        for fax in self._ask("GET", "/faxes", FaxList).faxes:
            if fax.msg_code is not None:
                met.add(rule_key("faxes", {"then": {"msg_code": fax.msg_code.value}}))
        for entry in self._ask("GET", "/journal", JournalView, kind="request.refused").entries:
            refused = REFUSED.get(str(entry.detail.get("message")))
            if refused is not None:
                met.add(rule_key("requests", {"then": {"refuse": refused}}))
        return {outcome.name for outcome in all_outcomes() if outcome.key in met}

    # The verdict

    @property
    def verdict(self) -> set[str]:
        """The parts that are checked when the test ends; take a part away where the test provokes it.

        fakefax.verdict.discard("unacknowledged")     # this endpoint is down on purpose
        fakefax.verdict.clear()                       # no verdict at all
        """
        if self._parts is None:
            self._parts = set(DEFAULT_PARTS)
        return self._parts

    @verdict.setter
    def verdict(self, parts: Iterable[str]) -> None:
        self._parts = verdict_parts(parts)

    def findings(self) -> list[Finding]:
        """The mistakes of the program in Fax.to's eyes, for the parts that `verdict` has.

        Answers of the built-in receiver are the test's own doing, and no finding. Raises WrongValue where `verdict`
        has a part that does not exist.
        """
        parts, own = verdict_parts(self.verdict), self._own_receiver_url
        found = self._ask("GET", "/verdict", VerdictView).findings
        return [each for each in found if each.part in parts and (own is None or each.url != own)]

    def story(self, *, whole: bool = False) -> str:
        """Everything there is to know of this sandbox, for a person to read: faxes, ledger, journal.

        Of equal neighbours in the journal the first and the last are shown, and at most its last 40 lines; with
        `whole=True` all of it.
        """
        faxes, account = self.faxes, self._account()
        return story(
            f"simulated time {self.now:%Y-%m-%d %H:%M:%S}, callback URL {account.callback_url or 'none'}",
            faxes,
            self.ledger,
            self.journal,
            nothing_sent=[] if faxes else self._refused(),
            receiver_url=self._own_receiver_url,
            notes=list(map(str, self._open_givens)),
            whole=whole,
        )

    def bundle(self, test: Mapping[str, str] | None = None) -> dict[str, Any]:
        """All that went into this sandbox and all that came of it, as plain data with every secret masked.

        `test` has texts about the run that go into it, masked too, such as the `id` and the `failure` of its test.
        Only of a sandbox that was made so: `fakefax_server.sandbox(record=True)`. Raises NotNow for any other.
        """
        found: dict[str, Any] = (
            self._ask("POST", "/bundle", dict, {"test": test}) if test else self._ask("GET", "/bundle", dict)
        )
        return found

    @property
    def _own_receiver_url(self) -> str | None:
        """The URL of the built-in receiver, when it is in use."""
        return None if self._receiver is None else self._receiver.url

    @cached_property
    def _open_givens(self) -> list[Given]:
        """The results of `given` that no method has completed yet."""
        return []

    def _keys_used(self, section: Section) -> Iterator[str]:
        rules: list[RuleView] = self._ask("GET", f"/rules/{section}", RuleList).rules
        return (rule_key(section, rule.written) for rule in rules if rule.used >= uses_of(rule.written["then"]))


class FakeFaxServer:
    """The value of the fixture `fakefax_server`: one fakefax for the whole run, with any number of sandboxes.

        def test_two_tenants(fakefax_server):
            with fakefax_server.sandbox(balance="5") as poor, fakefax_server.sandbox(scenario="busy") as unlucky:
                ...

    Without a `url` it starts one in a thread of this process.
    """

    def __init__(
        self, url: str | None = None, *, receiver_host: str = LOOPBACK, callback_timeout: str | float = "10s"
    ) -> None:
        self._own = None if url else shared_server(callback_timeout)
        self._client = None if url is None else ControlClient(url)
        self._receiver_host = receiver_host
        self._pid = 0

    def __enter__(self) -> "FakeFaxServer":
        self._pid = os.getpid()
        if self._own is not None:
            self._client = self._own.open().client
        elif self._client is not None:
            try:
                self._client.ask("GET", "/readyz", ReadyView)
            except BaseException:
                self._client.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid != os.getpid():  # a forked child: the server is its parent's to end
            return
        if self._own is not None:
            self._own.close()
        elif self._client is not None:
            self._client.close()

    @property
    def url(self) -> str:
        """http://HOST:PORT of the server."""
        return self._open_client.url

    @property
    def host(self) -> str:
        """The host name of its URL."""
        return self._open_client.host

    @property
    def _open_client(self) -> ControlClient:
        if self._client is None:
            raise Unreachable("this server is not running; use it inside a `with` block")
        return self._client

    def sandbox(self, **settings: Any) -> FakeFax:
        """A sandbox of its own, for a `with` block: paused, with a fresh key, deleted at the end.

        `settings`: scenario, balance, rate, start, seed, callback_url, received_fax_url, rules, verdict, and
        `record=True` for its `bundle`. A `snapshot` (a file, or what `FakeFax.snapshot` gave) is what it goes on
        from, with the scenario, start and seed that it has.
        """
        verdict = settings.pop("verdict", None)
        source = TemporarySandbox(self._open_client, {"rate": 0, **settings}, keep=True)
        fakefax = FakeFax._of(source, self._receiver_host)
        if verdict is not None:
            fakefax.verdict = verdict
        return fakefax
