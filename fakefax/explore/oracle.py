"""Judge a run: money first, then the verdict, the books, hanging, the test's own invariants."""

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from fakefax.client.errors import AdvanceGaveUp, FakeFaxError
from fakefax.schemas import DoubleCharge, Part
from fakefax.schemas import Finding as VerdictFinding
from fakefax.values.urls import without_key

if TYPE_CHECKING:
    from fakefax.client import FakeFax

KINDS = {
    Part.DOUBLE_CHARGE: "paid twice",
    Part.UNACKNOWLEDGED: "never acknowledged",
    Part.NOT_200: "not answered with 200",
    Part.MALFORMED: "malformed request",
    Part.AUDIT: "wrong books",
}
"""How a finding of each part of the verdict is called, in the order of the oracle."""

HUNG = "hung"
FAILED = "failed its test"
CHECK_FAILED = "failed the check"
NOT_JUDGED = "not judged"


class Flaw(NamedTuple):
    """A flaw of a run: its kind in two or three words, and what happened, as the end of a sentence."""

    kind: str
    what: str

    def masked(self, key: str) -> "Flaw":
        """Without the key of the run's sandbox: it goes into logs and files, and is another one in each run."""
        return self._replace(what=without_key(self.what, key))


def broken(invariant: str) -> str:
    """The kind of a finding of one of the program's own invariants."""
    return f"broke {invariant}"


def settle(fakefax: "FakeFax", budget: float) -> Iterator[Flaw]:
    """Let time go by until nothing is waiting any more. `budget` is the real seconds that it may take."""
    try:
        fakefax.run_until_idle(budget=budget)
    except AdvanceGaveUp as error:
        yield Flaw(HUNG, f"a callback was not answered in time: {first_line(error)}")


def look(fakefax: "FakeFax") -> Iterator[Flaw]:
    """The flaws that the sandbox knows of, in the order of the oracle.

    A part that the test has taken out of its verdict is left out here too; what was paid twice always counts.
    """
    fakefax.verdict = {*fakefax.verdict, Part.DOUBLE_CHARGE.value}
    order = list(KINDS)
    found: list[VerdictFinding] = sorted(fakefax.findings(), key=lambda each: order.index(Part(each.part)))
    if any(each.part == Part.DOUBLE_CHARGE for each in found):
        for double in fakefax.audit().double_charges:
            yield Flaw(KINDS[Part.DOUBLE_CHARGE], _sent_again(double))
    for each in found:
        if each.part != Part.DOUBLE_CHARGE:
            yield Flaw(KINDS[Part(each.part)], each.message)


def _sent_again(double: DoubleCharge) -> str:
    """ "the program sent document 10 to +4930123456 again: faxes 203 and 204, paid twice"."""
    *first, last = double.fax_job_ids
    times = {2: "twice", 3: "three times"}.get(len(first) + 1, f"{len(first) + 1} times")
    what = double.text.rstrip(",")
    return f"the program sent {what} again: faxes {', '.join(map(str, first))} and {last}, paid {times}"


def ask(name: str, check: Callable[[], object]) -> Iterator[Flaw]:
    """The flaw of an invariant that is broken, if it is."""
    try:
        holds = check()
    except Exception as error:
        yield Flaw(broken(name), f"{name} does not hold: {first_line(error)}")
        return
    if holds is False:
        yield Flaw(broken(name), f"{name} does not hold: it returned False")


def first_line(error: BaseException) -> str:
    """An error in one line."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def somebody_listens(fakefax: "FakeFax") -> bool:
    """Whether the callback URL leads to something that takes connections, now that the test's body has ended.

    An endpoint that ends with the body cannot answer what comes later, so nothing later is waited for. A URL that
    this machine cannot reach (another container's, say) counts as answered.
    """
    try:
        url = fakefax.callback_url
    except FakeFaxError:
        return False
    parts = urlsplit(url or "")
    if parts.hostname is None:
        return True
    try:
        socket.create_connection((parts.hostname, parts.port or {"https": 443}.get(parts.scheme, 80)), 5).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True
