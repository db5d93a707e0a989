"""The services of a sandbox that is replayed: the ids, keys, answers and files that a bundle has, in its order."""

import asyncio
import base64
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

from msgspec.structs import replace

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import Answer
from fakefax.core.errors import RemoteFileRefused
from fakefax.core.ids import ApiKeys, ReceivingIds, RisingIds
from fakefax.sandbox.recording import Input, answer_of, recorded
from fakefax.sandbox.remote_files import RemoteFiles
from fakefax.sandbox.services import SharedServices
from fakefax.sandbox.uploads import Upload
from fakefax.values.forms import PostedBody

Bundle = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
"""The content type of a receipt; a received fax is multipart."""

NOT_KEPT = "the bundle has no answer to this attempt"


class Answers(CallbackClient):
    """Answers attempts in the place of an endpoint, each when it is its turn.

    Once `live` is set, receipts are posted to `url` and received faxes to `received_url`, or where they are
    addressed to.
    """

    def __init__(
        self, client: CallbackClient, url: str | None = None, received_url: str | None = None, *, live: bool = False
    ) -> None:
        self.timeout = client.timeout
        self.live = live
        self.by_body: dict[str, deque[Answer]] | None = None
        self._client = client
        self._url = url
        self._received_url = received_url
        self._posts = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = defaultdict(
            lambda: asyncio.get_running_loop().create_future()
        )
        self._posted: dict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def post(self, url: str, body: PostedBody) -> Answer:
        if self.live:
            of_receipt = body.content_type == FORM
            return await self._client.post((self._url if of_receipt else self._received_url) or url, body)
        if self.by_body is not None:
            kept = self.by_body.get(digest(body.content))
            return kept.popleft() if kept else Answer(None, NOT_KEPT, 0.0)
        number = next(self._posts)
        self._posted[number].set()
        return await self._waiting[number]

    async def give(self, noted: Input) -> None:
        """Wait until the attempt with this number is made, and answer it."""
        await self._posted[noted["answer"]].wait()
        self._waiting[noted["answer"]].set_result(answer_of(noted))

    def take_by_body(self, inputs: Iterable[Input]) -> None:
        """From now on answer at once: the n-th attempt that posts a body as the n-th of the bundle was."""
        self.by_body = defaultdict(deque)
        for noted in inputs:
            if "answer" in noted:
                self.by_body[noted["body"]].append(answer_of(noted))

    async def close(self) -> None:
        """The client below is the server's own."""


class BundledFiles(RemoteFiles):
    """Fetches what the bundle has of each URL, in its order."""

    def __init__(self, inputs: Iterable[Input]) -> None:
        self._fetched: dict[str, deque[Input]] = defaultdict(deque)
        for noted in inputs:
            if "fetched" in noted:
                self._fetched[noted["fetched"]].append(noted)

    async def fetch(self, url: str, limit: int) -> Upload:
        kept = self._fetched.get(url)
        noted: Input = kept.popleft() if kept else {"file": None, "why": f"{url} is not in the bundle"}
        if noted["file"] is None:
            raise RemoteFileRefused(noted["why"])
        if "base64" not in noted["file"]:
            raise RemoteFileRefused(f"{url} was too large to be kept in the bundle")
        return Upload(noted["file"]["filename"], base64.b64decode(noted["file"]["base64"]))

    async def close(self) -> None:
        """Nothing is open."""


def digest(content: bytes) -> str:
    """The name of a posted body in an input."""
    return sha256(content).hexdigest()[:16]


def equipped(services: SharedServices, bundle: Bundle, answers: Answers) -> SharedServices:
    """Services of a sandbox that is given what the bundle has; it is recorded like the first one."""
    drawn = bundle["drawn"]

    def given(name: str, otherwise: RisingIds) -> GivenIds:
        return GivenIds(drawn[name], drawn["moved"][name], otherwise)

    receiving = ReceivingIds()
    for name in ("numbers", "dids", "incoming"):
        setattr(receiving, name, given(name, getattr(receiving, name)))
    return recorded(
        replace(
            services,
            begin=datetime.fromisoformat(bundle["start"]),
            client=answers,
            remote=BundledFiles(bundle["inputs"]),
            ids=given("fax_jobs", services.ids),
            files=replace(services.files, ids=given("documents", services.files.ids)),
            receiving_ids=receiving,
            keys=services.keys.with_series(GivenKeys(drawn["keys"])),
        )
    )


class GivenIds(RisingIds):
    """The ids that were drawn; then, should there be need of more, those that follow.

    `moved` are those of snapshots that were taken where the bundle comes from.
    """

    def __init__(self, drawn: list[int], moved: list[int], otherwise: RisingIds) -> None:
        super().__init__(drawn[-1] + 1 if drawn else otherwise.next_id)
        self._drawn = deque(drawn)
        self._moved = frozenset(moved)

    def owns(self, taken: int) -> bool:
        return taken not in self._moved

    def take(self) -> int:
        return self._drawn.popleft() if self._drawn else super().take()


class GivenKeys(ApiKeys):
    """The keys that were drawn; then those of a series of its own."""

    def __init__(self, drawn: list[str]) -> None:
        super().__init__()
        self._drawn = deque(drawn)

    def take(self) -> str:
        return self._drawn.popleft() if self._drawn else super().take()
