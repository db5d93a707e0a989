"""Servers for the tests of verify: a fakefax whose answers are kept, and wrong fakes made from these."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from fakefax.verify.exchange import Caller, ServerAnswer

Kept = dict[tuple[object, ...], deque[ServerAnswer]]


class Keeping(Caller):
    """Asks a server, and keeps each answer under its request."""

    def __init__(self, url: str, kept: Kept | None = None) -> None:
        super().__init__(url)
        self._url = url
        self.kept: Kept = defaultdict(deque) if kept is None else kept

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> ServerAnswer:
        answer = super().send(method, target, headers, body)
        self.kept[self._url[-2:], method, target, *sorted(headers.items()), body].append(answer)
        return answer

    def open(self, url: str) -> ServerAnswer:
        answer = super().open(url)
        self.kept["OPEN", url].append(answer)
        return answer

    def of_version(self, version: str) -> Caller:
        return Keeping(self._url[:-2] + version, self.kept)


class Change(NamedTuple):
    """A fault of a server: the answers to one request, and the probes that have to notice.

    `request` is a pattern of method and target. A request is one whose answer was a 200, unless `refused`.
    """

    request: str
    change: Callable[[Any], Any]
    told_by: set[str]
    after_send: bool = False
    refused: bool = False


class Wrong(Caller):
    """Gives kept answers, one of them changed. No network."""

    def __init__(self, url: str, kept: Kept, change: Change) -> None:
        super().__init__(url)
        self._url, self._change, self._sent = url, change, False
        self._left = {key: deque(answers) for key, answers in kept.items()}

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> ServerAnswer:
        answer = self._next((self._url[-2:], method, target, *sorted(headers.items()), body))
        wrong = self._changed(f"{method} {target}", answer)
        if method == "POST" and target.startswith("/fax?") and answer.status == 200:
            self._sent = True
        return wrong

    def open(self, url: str) -> ServerAnswer:
        return self._changed("OPEN", self._next(("OPEN", url)))

    def of_version(self, version: str) -> Caller:
        other = Wrong(self._url[:-2] + version, {}, self._change)
        other._left = self._left
        return other

    def _next(self, key: tuple[object, ...]) -> ServerAnswer:
        answers = self._left[key]
        return answers.popleft() if len(answers) > 1 else answers[0]

    def _changed(self, request: str, answer: ServerAnswer) -> ServerAnswer:
        wrong = self._change
        fits = fnmatchcase(f"{request} {self._url[-2:]}", wrong.request)
        if not fits or (answer.status != 200) != wrong.refused or (wrong.after_send and not self._sent):
            return answer
        changed = wrong.change(answer.body)
        return changed if isinstance(changed, ServerAnswer) else answer._replace(body=changed)
