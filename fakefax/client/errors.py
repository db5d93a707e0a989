"""The errors of the client. Each says what to do about it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from fakefax.values.errors import CannotListen, FakeFaxError, NotRunning
from fakefax.values.suggestions import closest

if TYPE_CHECKING:
    from fakefax.schemas import AdvanceView

__all__ = [
    "AdvanceGaveUp",
    "CannotListen",
    "FakeFaxError",
    "HistoryGone",
    "NeverHappened",
    "NotNow",
    "NotRunning",
    "RunningAlready",
    "UnderEventLoop",
    "Unknown",
    "Unreachable",
    "WrongValue",
    "checked",
    "choice",
]

P = ParamSpec("P")
T = TypeVar("T")


class WrongValue(FakeFaxError, ValueError):
    """A value that cannot be understood; the message names it and says what would be right."""


def checked(check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a check of a lower layer, and raise WrongValue with the words of its ValueError."""
    try:
        return check(*args, **kwargs)
    except ValueError as error:
        raise WrongValue(str(error)) from None


def choice(wrong: object, known: Iterable[str]) -> str:
    """Suggest a name and list all: "did you mean 'busy'? there are: busy, ok"."""
    names = list(known)
    close = closest(str(wrong), names)
    return f"{f'did you mean {close!r}? ' if close else ''}there are: {', '.join(names)}"


class Unknown(FakeFaxError, LookupError):
    """A fax job, a rule or an api_key that this fakefax does not have."""


class NotNow(FakeFaxError):
    """Something that cannot be done as things stand, such as an advance inside an advance."""


class HistoryGone(FakeFaxError):
    """The question needs journal entries or finished faxes that are no longer kept."""


class Unreachable(FakeFaxError, ConnectionError):
    """No fakefax answers at the URL."""


class AdvanceGaveUp(FakeFaxError):
    """An advance that stopped short; `advance` is how far it came, and what it still waits for."""

    def __init__(self, advance: "AdvanceView") -> None:
        super().__init__(advance.message)
        self.advance = advance


class NeverHappened(FakeFaxError, AssertionError):
    """An event that did not happen in time. The message lists what came close."""


class RunningAlready(FakeFaxError, RuntimeError):
    """A FakeFax that runs was started again."""

    def __init__(self) -> None:
        super().__init__("this FakeFax is running already; make another FakeFax for another sandbox")


class UnderEventLoop(FakeFaxError, RuntimeError):
    """A blocking call in async code, where it would stop the endpoint that it waits for."""

    def __init__(self, member: str) -> None:
        super().__init__(
            f"{member}() would block this thread's event loop, and an endpoint that runs on it could not answer; "
            f"write `await fakefax.aio.{member}(...)`"
        )
