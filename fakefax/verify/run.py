"""Runs the probes of the chosen tiers: the guard of the money, the outcome of each probe, and the clean-up."""

import queue
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from fakefax.verify.exchange import Caller, NoAnswer, ServerAnswer
from fakefax.verify.plan import RowOutcome, RunPlan, judge, rows_without_probe
from fakefax.verify.probes import PROBES
from fakefax.verify.receipts import ReceiptListener
from fakefax.verify.recording import RecordedExchange
from fakefax.verify.shapes import MONEY, differences
from fakefax.verify.step import UPLOAD, UPLOAD_TYPE, CannotTell, Probe, Step, Tier, at

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

ENDS_WITHIN = 1800.0
"""Real seconds in which a fax ends and its first receipt comes."""
WANTED = ("document_id", "fax_job_id", "recipient", "url", "file_url", "preview_file")
"""Values that a step needs of an earlier answer."""


class Run:
    """One run of the probes against a server.

    `exchanges` is what was asked and answered, for the recording; `before` and `after` are the balances around a
    send, as far as they are known. `tell` is told what is waited for.
    """

    def __init__(
        self,
        caller: Caller,
        api_key: str,
        plan: RunPlan,
        listener: ReceiptListener | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._tell = tell
        self._caller, self._key, self._plan, self._listener = caller, api_key, plan, listener
        self._saved: dict[str, Any] = {"number": plan.number, "retry_after": plan.retry_after}
        self._surprise: str | None = None
        self._sent = False
        self._last_receipt: float | None = None
        self.exchanges: list[RecordedExchange] = []
        self.before: Decimal | None = None
        self.after: Decimal | None = None

    def outcomes(self) -> Iterator[RowOutcome]:
        """Each probe in its order, then the rows that have none. The page is deleted however the run ends.

        Raises NoAnswer if the server does not answer the first request.
        """
        try:
            for probe in PROBES:
                reason = self._why_not(probe)
                if reason is None:
                    outcome = self._try(probe)
                else:
                    outcome = RowOutcome(probe.name, probe.row, "not tried", (reason,))
                if outcome.result == "differs" and (probe.tier > Tier.READ or probe.name == "balance"):
                    self._surprise = self._surprise or probe.name
                yield outcome
            yield from rows_without_probe()
        finally:
            self._clean_up()

    def _why_not(self, probe: Probe) -> str | None:
        """None when this probe may go on. Where money is involved, the first surprise ends it."""
        if not self._plan.tries(probe.tier):
            return "not asked for"
        if probe.tier < Tier.SEND:
            return None
        if self._surprise is not None:
            return f"stopped at the surprise in `{self._surprise}`"
        if probe.name == "send":
            return self._why_no_send()
        return None if "fax_job_id" in self._saved else "nothing was sent"

    def _try(self, probe: Probe) -> RowOutcome:
        details: list[str] = []
        try:
            for number, step in enumerate(probe.steps):
                self._need(step)
                answer = self._answer(step)
                self.exchanges.append(
                    RecordedExchange(probe.name, number, step.method, step.path, answer, dict(self._saved))
                )
                details += judge(step, answer, self._saved)
                self._save(step, answer)
        except CannotTell as why:
            if not details:
                return RowOutcome(probe.name, probe.row, "not tried", (str(why),))
        except NoAnswer as why:
            if not self.exchanges:
                raise
            details.append(str(why))
        return RowOutcome(probe.name, probe.row, "differs" if details else "same", tuple(dict.fromkeys(details)))

    def _need(self, step: Step) -> None:
        """Raises CannotTell if an earlier answer has not got what this step is about."""
        for name in WANTED:
            used = f"{{{name}" in f"{step.path}{step.fields}{step.headers}" or step.path == name
            if used and self._saved.get(name) is None:
                raise CannotTell(f"no {name} from an earlier answer")

    def _save(self, step: Step, answer: ServerAnswer) -> None:
        if answer.status != step.status:
            return
        for name, place in step.saves.items():
            self._saved[name] = at(answer.body, place)
        if "fax_job_id" in step.saves and self._listener is not None:
            self._listener.expect(self._saved["fax_job_id"])
        if step.method == "DELETE" and "document_id" in step.path:
            self._saved.pop("document_id", None)

    def _why_no_send(self) -> str | None:
        """None when the page may be sent: there is one, and its price and the balance are known."""
        if self._saved.get("document_id") is None:
            return "no page was uploaded"
        costs = Step("GET", "/fax/{document_id}/costs", {"fax_number": str(self._plan.number)})
        price, balance = self._money(costs, "cost"), self._money(Step("GET", "/balance"), "balance")
        if price is None or balance is None:
            return "the price or the balance could not be asked"
        if price > self._plan.max_cost:
            return f"the fax would cost {price}, more than {self._plan.max_cost}"
        self.before, self._sent = balance, True
        self._saved |= {"quote": price, "before": balance}
        return None

    def _money(self, step: Step, name: str) -> Decimal | None:
        try:
            value = at(self._send(step).body, name)
        except NoAnswer:
            return None
        return None if value is None or any(differences(MONEY, value)) else Decimal(value)

    def _answer(self, step: Step) -> ServerAnswer:
        if step.method == "OPEN":
            return self._caller.open(str(self._saved[step.path]))
        if step.method == "RECEIPT":
            return self._receipt()
        if step.method == "SILENCE":
            return self._silence()
        return self._send(step)

    def _receipt(self) -> ServerAnswer:
        """The next receipt of the fax as a JSON answer: its form, and the real seconds since the last one."""
        first = self._last_receipt is None
        within = ENDS_WITHIN if first else 1.5 * self._plan.retry_after + 30
        which = "first receipt, which comes to the account's callback URL" if first else "next receipt"
        self._tell(f"waiting for the {which}, for at most {within / 60:.0f} minutes")
        receipt = self._next_receipt(within)
        if receipt is None:
            cure = "; is --public-url the account's callback URL?" if first else ""
            raise NoAnswer(f"no receipt came within {within / 60:.0f} minutes{cure}")
        after = 0.0 if self._last_receipt is None else receipt.at - self._last_receipt
        self._last_receipt = receipt.at
        body = {"content_type": receipt.content_type, "fields": receipt.fields, "after": f"{after:.1f}"}
        return ServerAnswer(200, "application/json", body)

    def _silence(self) -> ServerAnswer:
        more = self._next_receipt(1.2 * self._plan.retry_after + 0.5)
        return ServerAnswer(200, "application/json", {"receipts": 0 if more is None else 1})

    def _next_receipt(self, within: float) -> Any:
        assert self._listener is not None
        try:
            return self._listener.received.get(timeout=within)
        except queue.Empty:
            return None

    def _send(self, step: Step) -> ServerAnswer:
        fields = {name: text.format_map(self._saved) for name, text in step.fields.items()}
        headers = {"Accept": "application/json", "Connection": "close"}
        headers |= {name: text.format_map(self._saved) for name, text in step.headers.items()}
        body, form = step.body, {}
        if step.key in ("header", "HEADER"):
            headers["api_key" if step.key == "header" else "API_KEY"] = self._key
        elif step.key == "form":
            form = {"api_key": self._key}
            headers |= FORM
        elif step.key == "query":
            fields["api_key"] = self._key
        if step.upload:
            headers["Content-Type"] = UPLOAD_TYPE
            body = UPLOAD
        target = step.path.format_map({name: _InPath(value) for name, value in self._saved.items()})
        caller = self._caller if step.version is None else self._caller.of_version(step.version)
        if caller is None:
            raise CannotTell("the base URL names no version")
        query = f"?{urlencode(fields)}" if fields else ""
        return caller.send(step.method, target + query, headers, urlencode(form).encode() if form else body)

    def _clean_up(self) -> None:
        """Delete the page, and ask the balance once more if something may have been sent."""
        if self._saved.get("document_id") is not None:
            try:
                self._send(Step("DELETE", "/files/{document_id}"))
                self._saved.pop("document_id")
            except NoAnswer:  # the run has reported it, or ends with it
                pass
        if self._sent:
            self.after = self._money(Step("GET", "/balance"), "balance")


class _InPath:
    """A saved value in a path: with every sign escaped, or with its plus (`{name:plain}`)."""

    def __init__(self, value: object) -> None:
        self._value = str(value)

    def __format__(self, spec: str) -> str:
        return quote(self._value, safe="+" if spec == "plain" else "")


def balances(run: Run) -> Mapping[str, str | None]:
    """The balance before and after the send, and so the cost of the run; empty if nothing was sent."""
    if run.before is None:
        return {}
    cost = None if run.after is None else str(run.before - run.after)
    return {"before": str(run.before), "after": None if run.after is None else str(run.after), "cost": cost}
