"""A bundle: all that went into a recorded sandbox and all that came of it, with every secret masked.

Keys are replaced by others that are masked in the same way (`f@x2r0ckkz` by `f@x-account-1`), so that a replay with
those has the same journal, to the byte.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, quote_plus, unquote_plus

import msgspec
from msgspec import UNSET, Meta

from fakefax import __version__
from fakefax.api.reply import encode_json
from fakefax.control import account as accounts
from fakefax.control.attempt_views import AttemptStyle
from fakefax.control.call import Body, ControlCall, NotRecorded
from fakefax.control.fax_views import FIELDS, Shown, fax_fields, incoming_fax_shown
from fakefax.control.long_answers import LongAnswer
from fakefax.control.schemas import clock_view, journal_view
from fakefax.core.real_time import breathe
from fakefax.sandbox.keys import SHORTEST_SECRET
from fakefax.sandbox.sandbox import Sandbox
from fakefax.schemas import BundleView
from fakefax.values.urls import masked_urls

if TYPE_CHECKING:
    from fakefax.sandbox.recording import Input

FORMAT = 1
KEY = r'"api_key":\s*"([^"]+)"'

BATCH = 100
"""Entries and faxes that are shown, and secrets that are looked for, between two breaths of the event loop."""


class BundleRequest(Body, kw_only=True):
    """Texts about the run that go into its bundle, such as the `id` and the `failure` of its test."""

    test: Annotated[dict[str, str], Meta(min_length=1)]


async def show(call: ControlCall) -> BundleView:
    """GET bundle"""
    return await _bundle(call, {})


async def show_with_test(call: ControlCall, asked: BundleRequest) -> BundleView:
    """POST bundle"""
    return await _bundle(call, asked.test)


async def _bundle(call: ControlCall, test: Mapping[str, str]) -> BundleView:
    sandbox, recording = call.sandbox, call.sandbox.recording
    if recording is None:
        raise NotRecorded(
            'this sandbox is not recorded, so there is no bundle of it; make one with {"record": true}, run pytest '
            "with --fakefax-report, or `fakefax run` with --report"
        )
    masks = Masks(sandbox)
    return BundleView(
        fakefax_bundle=FORMAT,
        version=__version__,
        start=recording.began_at or sandbox.clock.now,
        now=sandbox.clock.now,
        owned=sandbox.owner is not None,
        whole=not recording.full,
        settings=masks.all_of(recording.settings),
        scenario=masks.all_of(plain(recording.scenario or sandbox.scenario)),
        drawn={**recording.drawn, "keys": [masks.key(key) for key in recording.keys], "moved": recording.ids_moved},
        inputs=[masks.input(plain(item)) for item in recording.inputs],
        outcome=masks.all_of(await _outcome(call)),
        test={name: await masks.foreign(text) for name, text in test.items()} or UNSET,
    )


def plain(view: object) -> Any:
    """A view as JSON has it."""
    return msgspec.json.decode(encode_json(view))


async def _outcome(call: ControlCall) -> dict[str, Any]:
    """The result, as the control API shows it."""
    sandbox, account = call.sandbox, call.account
    now = msgspec.structs.replace(call, query={})
    report = await _answer(call, await accounts.audit(now))
    twice = frozenset(number for double in report["double_charges"] for number in double["fax_job_ids"])
    shown = Shown(AttemptStyle.FULL, twice)
    journal = sandbox.journal
    faxes, incoming = sandbox.fax_jobs(account), list(account.inbox.values())
    return {
        "account": plain(await accounts.show(now)),
        "clock": plain(clock_view(sandbox.clock)),
        "verdict": await _answer(call, await accounts.verdict(now)),
        "audit": report,
        "ledger": await _answer(call, await accounts.ledger(now)),
        "faxes": [made async for made in _made(faxes, lambda job: fax_fields(job, FIELDS, shown))],
        "incoming_faxes": [
            made async for made in _made(incoming, lambda fax: incoming_fax_shown(fax, AttemptStyle.FULL))
        ],
        "evicted": journal.evicted,
        "journal": [made async for made in _made(journal.newest(journal.capacity), journal_view)],
    }


async def _answer(call: ControlCall, content: object) -> Any:
    """The answer of a handler, as JSON has it."""
    if isinstance(content, LongAnswer):
        return msgspec.json.decode(b"".join([piece async for piece in content.pieces(call.turn)]))
    return plain(content)


async def _made(items: Iterable[Any], make: Callable[[Any], object]) -> AsyncIterator[Any]:
    for number, item in enumerate(items, 1):
        yield plain(make(item))
        if number % BATCH == 0:
            await breathe()


class Masks:
    """Replacements for the keys of a sandbox in its bundle, and for secrets in URLs."""

    def __init__(self, sandbox: Sandbox) -> None:
        recording = sandbox.recording
        drawn = [] if recording is None else [*recording.keys, *_keys_put_in(recording.inputs)]
        keys = dict.fromkeys([*sandbox.accounts, *drawn])
        self._names = {
            key: f"{key[:3]}-account-{number}" for number, key in enumerate(keys, 1) if len(key) >= SHORTEST_SECRET
        }
        written = {form: name for key, name in self._names.items() for form in (key, quote(key), quote_plus(key))}
        longest_first = "|".join(re.escape(form) for form in sorted(written, key=len, reverse=True))
        found = re.compile(rf"(?<![\w-])(?:{longest_first})(?![\w-])") if written else None
        self._of_server = sandbox.services.keys.masked
        self._words: Mapping[str, str] = {} if recording is None else recording.words
        self._without_keys: Callable[[str], str] = (
            (lambda text: text) if found is None else lambda text: found.sub(lambda hit: written[hit[0]], text)
        )

    def key(self, key: str) -> str:
        """The replacement for a key."""
        return self._names.get(key, key)

    def text(self, text: str) -> str:
        """A text without keys, and without passwords and tokens in its URLs."""
        return masked_urls(self._without_keys(text))

    async def foreign(self, text: str) -> str:
        """A text that was written elsewhere, so that any key of the server and any password may be in it."""
        text = self.text(text)
        for number, (secret, word) in enumerate(self._words.items(), 1):
            if len(secret) >= SHORTEST_SECRET and secret in text:
                text = re.sub(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", word, text)
            if number % BATCH == 0:
                await breathe()
        return self._of_server(text)

    def all_of(self, value: Any) -> Any:
        """Plain data with every text in it masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.all_of(part) for name, part in value.items()}
        return [self.all_of(part) for part in value] if isinstance(value, list) else value

    def input(self, item: "Input") -> "Input":
        """An input, so that it can be sent again: what a request means stays."""
        for what in ("request", "control"):
            if what in item:
                item = {**item, what: self._request(item[what])}
        if item.get("head"):
            item = {**item, "head": _head(item["head"])}
        return {
            name: value if name in ("request", "control") else self.all_of(value) for name, value in item.items()
        }

    def _request(self, noted: dict[str, Any]) -> dict[str, Any]:
        body = noted.get("body") or {}
        if "form" in (noted.get("content_type") or "") and "text" in body:
            noted = {**noted, "body": {**body, "text": self._form(body["text"])}}
        rest = {name: value if name in ("target", "body") else self.all_of(value) for name, value in noted.items()}
        path, mark, query = noted["target"].partition("?")
        rest["target"] = self._without_keys(path) + mark + self._form(query)
        if "body" in noted and rest["body"] is body:
            rest["body"] = {name: self.all_of(value) if name == "text" else value for name, value in body.items()}
        return rest

    def _form(self, form: str) -> str:
        """A query or a form: each of its values is masked by itself."""
        return "&".join(map(self._part, form.split("&")))

    def _part(self, part: str) -> str:
        name, equals, value = part.partition("=")
        value = self._without_keys(value)
        meant = unquote_plus(value)
        masked = masked_urls(meant)
        return f"{name}{equals}{value if masked == meant else quote_plus(masked)}"


def _keys_put_in(inputs: "Iterable[Input]") -> Iterator[str]:
    """The keys of other sandboxes, in snapshots that were put in force."""
    for item in inputs:
        noted = item.get("control", {})
        if noted.get("method") == "PUT" and noted["target"].startswith("/_fakefax/snapshot"):
            found = re.findall(KEY, (noted.get("body") or {}).get("text", ""))
            yield from (key for key in found if not key.endswith("...") and key[0] != "<")


def _head(head: str) -> str:
    """The head of a request to an endpoint, without its path and its credentials."""
    lines = [
        f"{name}: ***" if name.lower() in ("authorization", "cookie") else line
        for line in head.split("\r\n")[1:]
        for name in [line.partition(":")[0]]
    ]
    return "\r\n".join(["POST / HTTP/1.1", *lines])
