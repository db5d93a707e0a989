"""Runs the probes of the chosen tiers: the plan, the guard of the money, the outcome of each probe."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fakefax.verify.exchange import Answer, Caller, NoAnswer
from fakefax.verify.probes import PROBES, Probe, Step, Tier
from fakefax.verify.recording import Exchange
from fakefax.verify.shapes import MONEY, differences

PAGE = b"fakefax verify: one made-up page.\n"
BOUNDARY = "fakefax-verify-3f1c"
UPLOAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="verify.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\n{PAGE.decode()}\r\n--{BOUNDARY}--\r\n"
).encode()


class Outcome(NamedTuple):
    """How one row fared: `same`, `differs` with the differences, or `not tried` with the reason."""

    probe: str
    row: str
    result: str
    details: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What may be done. `number` is the user's own fax number; nothing is sent without it and `max_cost`."""

    files: bool = False
    number: str | None = None
    max_cost: Decimal = Decimal(0)

    def tries(self, tier: Tier) -> bool:
        """Whether probes of this tier are carried out. A send needs an uploaded page."""
        return {Tier.READ: True, Tier.FILES: self.files or self.number is not None}.get(
            tier, self.number is not None
        )

    def lines(self) -> Iterator[str]:
        """The plan, for people: each request, and what it may cost."""
        for probe in PROBES:
            for step in probe.steps if self.tries(probe.tier) else ():
                yield f"{step.method} {step.path}"
        sends = self.number is not None
        yield f"sends {'one page, for at most ' + str(self.max_cost) if sends else 'no fax, and costs nothing'}"


def judge(step: Step, answer: Answer, saved: Mapping[str, Any]) -> tuple[str, ...]:
    """In what an answer differs from what is known."""
    found = [] if answer.status == step.status else [f"status {answer.status}, not {step.status}"]
    if answer.content_type != "application/json":
        found.append(f"content type {answer.content_type}")
    if not found and step.shape is not None:
        found += differences(step.shape, answer.body)
    if not found and step.check is not None:
        wrong = step.check(answer.body, saved)
        found += [wrong] if wrong else []
    return tuple(dict.fromkeys(found))


def replay(recording: Mapping[str, Any]) -> Iterator[Outcome]:
    """The outcomes of a recording by the probes as they are now, without a network."""
    by_probe: dict[str, list[Mapping[str, Any]]] = {}
    for exchange in recording["exchanges"]:
        by_probe.setdefault(exchange["probe"], []).append(exchange)
    for probe in PROBES:
        details: list[str] = []
        for one in by_probe.get(probe.name, []):
            answer = Answer(one["status"], one["content_type"], one["body"])
            details += judge(probe.steps[one["step"]], answer, one["saved"])
        result = "differs" if details else "same" if probe.name in by_probe else "not tried"
        yield Outcome(probe.name, probe.row, result, tuple(details))


class Run:
    """One run of the probes against a server. `exchanges` is what was asked and answered, for the recording."""

    def __init__(self, caller: Caller, api_key: str, plan: Plan) -> None:
        self._caller, self._key, self._plan = caller, api_key, plan
        self._saved: dict[str, Any] = {"number": plan.number}
        self.exchanges: list[Exchange] = []

    def outcomes(self) -> Iterator[Outcome]:
        """Each probe in its order. The uploaded page is deleted however the run ends."""
        try:
            for probe in PROBES:
                if probe.tier is Tier.SEND and self._plan.tries(Tier.SEND):
                    reason = self._why_no_send(probe)
                else:
                    reason = None if self._plan.tries(probe.tier) else "not asked for"
                yield self._try(probe) if reason is None else Outcome(probe.name, probe.row, "not tried", (reason,))
        finally:
            self._clean_up()

    def _try(self, probe: Probe) -> Outcome:
        details: list[str] = []
        for number, step in enumerate(probe.steps):
            wanted = [
                name for name in ("document_id", "fax_job_id") if f"{{{name}}}" in f"{step.path}{step.fields}"
            ]
            lacking = [name for name in wanted if name not in self._saved]
            if lacking:
                return Outcome(probe.name, probe.row, "not tried", (f"no {lacking[0]} from an earlier answer",))
            answer = self._send(step)
            details += judge(step, answer, self._saved)
            self.exchanges.append(Exchange(probe.name, number, step.method, step.path, answer, dict(self._saved)))
            self._save(step, answer)
        return Outcome(probe.name, probe.row, "differs" if details else "same", tuple(details))

    def _save(self, step: Step, answer: Answer) -> None:
        for name, key in step.saves.items():
            if answer.status == step.status and isinstance(answer.body, dict) and key in answer.body:
                self._saved[name] = answer.body[key]
        if step.method == "DELETE" and answer.status == step.status:
            self._saved.pop("document_id", None)

    def _why_no_send(self, probe: Probe) -> str | None:
        """None when this probe may go on. Before the send the price and the balance are asked."""
        if probe.name != "send":
            return None if "fax_job_id" in self._saved else "nothing was sent"
        if "document_id" not in self._saved:
            return "there is no uploaded page"
        costs = Step("GET", "/fax/{document_id}/costs", {"fax_number": str(self._plan.number)})
        quote_, balance = self._money(costs, "cost"), self._money(Step("GET", "/balance"), "balance")
        if quote_ is None or balance is None:
            return "the price or the balance could not be asked"
        if quote_ > self._plan.max_cost:
            return f"the fax would cost {quote_}, more than {self._plan.max_cost}"
        self._saved |= {"quote": quote_, "before": balance}
        return None

    def _money(self, step: Step, name: str) -> Decimal | None:
        body = self._send(step).body
        value = body.get(name) if isinstance(body, dict) else None
        return None if value is None or any(differences(MONEY, value)) else Decimal(value)

    def _send(self, step: Step) -> Answer:
        fields = {name: text.format_map(self._saved) for name, text in step.fields.items()}
        fields |= {"api_key": self._key} if step.key == "query" else {}
        headers = {"Accept": "application/json", "Connection": "close"}
        headers |= {"api_key": self._key} if step.key == "header" else {}
        body = None
        if step.upload:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            body = UPLOAD
        target = step.path.format_map({name: quote(str(value), safe="") for name, value in self._saved.items()})
        return self._caller.send(step.method, f"{target}?{urlencode(fields)}", headers, body)

    def _clean_up(self) -> None:
        if "document_id" in self._saved:
            try:
                self._send(Step("DELETE", "/files/{document_id}"))
            except NoAnswer:
                return
            self._saved.pop("document_id")
