"""Services shared by all sandboxes of a server, and adjustments of a scenario."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from fakefax.callbacks.client import CallbackClient
from fakefax.core.ids import ReceivingIds, RisingIds
from fakefax.core.journal import DEFAULT_CAPACITY, Listener
from fakefax.core.store import DEFAULT_FAX_LIMIT
from fakefax.sandbox.keeping import Keeping
from fakefax.sandbox.keys import Keys
from fakefax.sandbox.remote_files import RemoteFiles
from fakefax.sandbox.uploads import FileServices
from fakefax.scenario.schema import Scenario

if TYPE_CHECKING:
    from fakefax.sandbox.recording import Recording
    from fakefax.sandbox.sandbox import Sandbox

Transform = Callable[[Scenario], Scenario]
"""A scenario with some values replaced. Raises ValueError for one that cannot have them."""


def identity(scenario: Scenario) -> Scenario:
    """The scenario as it is."""
    return scenario


async def at_once(work: "Callable[[], Sandbox]") -> "Sandbox":
    """Make a sandbox here and now."""
    return work()


CarryOut = Callable[["Callable[[], Sandbox]"], Awaitable["Sandbox"]]
"""Makes a sandbox, perhaps in a thread."""


class SharedServices(Struct, frozen=True):
    """The objects that the sandboxes of one server share.

    `begin` is where simulated time starts unless a scenario sets it. `listeners` receive the entries of every
    journal; one that is added receives them from then on. `keeping` keeps those that are to be kept, with --state.
    """

    client: CallbackClient
    ids: RisingIds
    begin: datetime
    journal_limit: int = DEFAULT_CAPACITY
    receiving_ids: ReceivingIds = field(default_factory=ReceivingIds)
    keys: Keys[Any] = field(default_factory=Keys)
    listeners: list[Listener] = field(default_factory=list)
    files: FileServices = field(default_factory=FileServices)
    remote: RemoteFiles = field(default_factory=RemoteFiles)
    fax_limit: int = DEFAULT_FAX_LIMIT
    keeping: Keeping | None = None
    recording: "Recording | None" = None


Equip = Callable[[SharedServices], SharedServices]
"""The services of one sandbox, made of those that all share: to record it, or to replay it."""


def as_they_are(services: SharedServices) -> SharedServices:
    """The services that all sandboxes share."""
    return services
