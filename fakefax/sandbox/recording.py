"""Records what goes into one sandbox, in order, so that the same can be made to happen again: for a bundle.

A sandbox is recorded when that was asked for at its creation; for all others nothing is added to any path.
Passwords are replaced when they are noted, each by a word that stands for it; keys are replaced in the bundle.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import msgspec
from msgspec.structs import replace

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import Answer
from fakefax.core.callbacks.exchanges import Response
from fakefax.core.clock import Clock
from fakefax.core.ids import ApiKeys, ReceivingIds, RisingIds
from fakefax.sandbox.remote_files import RemoteFiles
from fakefax.sandbox.services import SharedServices
from fakefax.sandbox.uploads import Upload
from fakefax.scenario.schema import Scenario
from fakefax.values.forms import PostedBody
from fakefax.values.urls import is_secret_name

INLINE = 64 * 1024
"""Bytes of a file that is kept whole; of a larger one its hash is kept, and it cannot be sent again."""

MOST_TEXT = 1024 * 1024
"""Characters of a body that is kept: of a snapshot, for example."""

MOST_BYTES = 16 * 1024 * 1024
MOST_INPUTS = 50_000
"""Where a recording ends, so that the memory of a sandbox is bounded."""

SERIES = ("fax_jobs", "documents", "numbers", "dids", "incoming")
"""The series of ids that a sandbox takes from."""

MOVED = ("fax_jobs", "documents", "incoming", "numbers", "dids")
"""The same in the order of `fakefax.state.moves.Moves`."""

Input = dict[str, Any]


class Recording:
    """The inputs of one sandbox in order; `drawn` and `keys` are the ids and api_keys that it was given.

    An input is {"at", "request" | "control" | "answer" | "fetched" | "done"}; the last says that the request or
    control call with this `n` ended there, if something else happened while it was under way.
    """

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self.drawn: dict[str, list[int]] = {name: [] for name in SERIES}
        self.ids_moved: dict[str, list[int]] = {name: [] for name in SERIES}
        self.keys: list[str] = []
        self.settings: dict[str, Any] = {}
        self.scenario: Scenario | None = None
        self.began_at: datetime | None = None
        self.full = False
        self._words: dict[str, str] = {}
        self._numbers = count(1)
        self._posts = count(1)
        self._bytes = 0
        self._clock: Clock | None = None

    def of(self, clock: Clock, scenario: Scenario) -> None:
        """Take times from this clock, which is another one after a reset."""
        if self._clock is None:
            self.began_at, self.scenario = clock.now, scenario
        self._clock = clock

    @contextmanager
    def noting(self, what: str, noted: dict[str, Any]) -> Iterator[Input]:
        """Note a request or a control call from its beginning to its end. The answer may be added meanwhile."""
        item = self._add({"n": next(self._numbers), what: noted})
        try:
            yield item
        finally:
            self._ended(item)

    def post(self) -> int:
        """The number of an attempt at a callback URL that is about to be made."""
        return next(self._posts)

    def answered(self, number: int, body: PostedBody, answer: Answer) -> None:
        """Note how an attempt was answered."""
        self._add({"answer": number, "body": sha256(body.content).hexdigest()[:16], **_record(answer)})

    def fetched(self, url: str, upload: Upload | None, problem: str | None) -> None:
        """Note the file that was fetched from a URL, or why there was none."""
        self._add(
            {"fetched": url, "file": upload and file_record(upload.filename, "", upload.content), "why": problem}
        )

    def moved(self, moves: tuple[Mapping[int, int], ...]) -> None:
        """Note which ids of a snapshot were others' on this server: new ones were drawn for them."""
        for name, ids in zip(MOVED, moves, strict=True):
            self.ids_moved[name] += ids

    def word_for(self, secret: str) -> str:
        """A word that always stands for the same secret of this recording."""
        return self._words.setdefault(secret, f"masked-{len(self._words) + 1}")

    @property
    def words(self) -> Mapping[str, str]:
        """All of these words, by their secrets."""
        return self._words

    def without_secrets(self, form: str) -> str:
        """A query or a form with words in the place of passwords and tokens; otherwise to the byte."""
        return "&".join(map(self._part, form.split("&")))

    def _part(self, part: str) -> str:
        name, equals, value = part.partition("=")
        if not value or not is_secret_name(unquote_plus(name)):
            return part
        return f"{name}{equals}{quote_plus(self.word_for(unquote_plus(value)))}"

    def body_record(self, content: bytes, content_type: str) -> dict[str, Any]:
        """A body as JSON can carry it, without passwords."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(content).decode()} if len(content) <= INLINE else _hashed(content)
        if "json" in content_type or text.lstrip()[:1] in ("{", "["):
            text = self._json(text)
        elif "form" in content_type:
            text = self.without_secrets(text)
        return {"text": text} if len(text) <= MOST_TEXT else _hashed(content)

    def _json(self, text: str) -> str:
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
        if not isinstance(value, dict) or not any(is_secret_name(name) for name in value):
            return text
        words = {name: self.word_for(str(of)) for name, of in value.items() if is_secret_name(name)}
        return msgspec.json.encode(value | words).decode()

    def _add(self, item: Input) -> Input:
        item = {"at": self._clock and self._clock.now, **item}
        self.full = self.full or self._bytes > MOST_BYTES or len(self.inputs) >= MOST_INPUTS
        if not self.full:
            self.inputs.append(item)
            self._bytes += _size(item)
        return item

    def _ended(self, item: Input) -> None:
        """Requests that overlap, and nothing else with them, stand in the order of their ends."""
        if self.full or self.inputs[-1] is item:
            return
        place = next(index for index in range(len(self.inputs) - 1, -1, -1) if self.inputs[index] is item)
        meanwhile = self.inputs[place + 1 :]
        if "request" in item and all("request" in other for other in meanwhile):
            self.inputs.append(self.inputs.pop(place))
        else:
            self._add({"done": item["n"]})


def recorded(services: SharedServices) -> SharedServices:
    """The services of a sandbox that is recorded: its ids, keys, answers and fetched files are noted."""
    recording = Recording()
    receiving = ReceivingIds()
    for name in ("numbers", "dids", "incoming"):
        setattr(receiving, name, NotedIds(getattr(services.receiving_ids, name), recording.drawn[name]))
    return replace(
        services,
        recording=recording,
        client=RecordedClient(services.client, recording),
        remote=RecordedFiles(services.remote, recording),
        ids=NotedIds(services.ids, recording.drawn["fax_jobs"]),
        receiving_ids=receiving,
        files=replace(services.files, ids=NotedIds(services.files.ids, recording.drawn["documents"])),
        keys=services.keys.with_series(NotedKeys(services.keys.series, recording.keys)),
    )


class NotedIds(RisingIds):
    """A series of the server; what is taken from it here is noted."""

    def __init__(self, ids: RisingIds, drawn: list[int]) -> None:
        self._ids = ids
        self._drawn = drawn

    @property
    def next_id(self) -> int:  # type: ignore[override]  # the one of the server
        return self._ids.next_id

    def take(self) -> int:
        self._drawn.append(self._ids.take())
        return self._drawn[-1]

    def owns(self, taken: int) -> bool:
        return self._ids.owns(taken)

    def pass_by(self, taken: int) -> None:
        self._ids.pass_by(taken)


class NotedKeys(ApiKeys):
    """The server's series of keys; what is taken from it here is noted."""

    def __init__(self, keys: ApiKeys, drawn: list[str]) -> None:
        self._keys = keys
        self._drawn = drawn

    @property
    def position(self) -> int:
        return self._keys.position

    def skip_to(self, position: int) -> None:
        self._keys.skip_to(position)

    def take(self) -> str:
        self._drawn.append(self._keys.take())
        return self._drawn[-1]


class RecordedClient(CallbackClient):
    """Posts as the server's client does, and notes each answer."""

    def __init__(self, client: CallbackClient, recording: Recording) -> None:
        self.timeout = client.timeout
        self._client = client
        self._recording = recording

    async def post(self, url: str, body: PostedBody) -> Answer:
        number = self._recording.post()
        answer = await self._client.post(url, body)
        self._recording.answered(number, body, answer)
        return answer

    async def close(self) -> None:
        """The client is the server's own."""


class RecordedFiles(RemoteFiles):
    """Fetches as the server's own does, and notes each file."""

    def __init__(self, remote: RemoteFiles, recording: Recording) -> None:
        self._remote = remote
        self._recording = recording

    async def fetch(self, url: str, limit: int) -> Upload:
        try:
            upload = await self._remote.fetch(url, limit)
        except Exception as error:
            self._recording.fetched(url, None, getattr(error, "reason", str(error)))
            raise
        self._recording.fetched(url, upload, None)
        return upload

    async def close(self) -> None:
        """They are the server's own."""


def file_record(filename: str, content_type: str, content: bytes) -> dict[str, Any]:
    """A file: by its hash, and whole if it is small."""
    small = {"base64": base64.b64encode(content).decode()} if len(content) <= INLINE else {}
    return {"filename": filename, "content_type": content_type, **_hashed(content), **small}


def _hashed(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": sha256(content).hexdigest()}


def _record(answer: Answer) -> dict[str, Any]:
    noted: dict[str, Any] = {
        "status_code": answer.status_code,
        "failure": answer.failure,
        "latency": answer.latency,
        "hint": answer.hint,
        "head": answer.head.decode("latin-1"),
        "response": None,
    }
    if answer.response is not None:
        response = answer.response
        pairs = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in response.headers]
        noted["response"] = {
            "status": response.status,
            "headers": pairs,
            "body": response.body.decode("latin-1"),
            "body_truncated": response.body_truncated,
        }
    return noted


def answer_of(noted: Input) -> Answer:
    """The answer that was noted."""
    response, known = None, noted["response"]
    if known is not None:
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in known["headers"])
        body = known["body"].encode("latin-1", "replace")
        response = Response(known["status"], headers, body, known["body_truncated"])
    head = noted["head"].encode("latin-1", "replace")
    return Answer(
        noted["status_code"], noted["failure"], noted["latency"], hint=noted["hint"], head=head, response=response
    )


def _size(item: Input) -> int:
    """Bytes that an input takes, roughly."""
    return 300 + sum(len(str(value)) for value in item.values())
