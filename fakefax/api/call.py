"""One authenticated request of Fax.to's API, as a handler sees it."""

from collections.abc import Callable, Mapping

from aiohttp import web
from msgspec import Struct

from fakefax.api.errors import Unauthorized
from fakefax.api.params import JournalParameters, Params, parameters_of
from fakefax.core.journal import Kind
from fakefax.core.models import Account, ChargeAt
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox
from fakefax.values.money import as_text

GONE = "the client had closed the connection before its answer was written"


class Call(Struct):
    """A request for the `operation` of this name.

    `origin` is `http://HOST:PORT` as the program wrote it, for links back to the fake. A handler may set `reason`
    to what decided its answer, and `fax_job_id` to the job that it was about. `misses` lists the rules of
    `requests` that nearly applied.
    """

    operation: str
    sandbox: Sandbox
    account: Account
    params: Params
    path: Mapping[str, str]
    request: web.BaseRequest
    reason: str | None = None
    fax_job_id: int | None = None
    misses: Callable[[], list[str]] | None = None

    @property
    def origin(self) -> str:
        """The server as this program reaches it."""
        return f"{self.request.scheme}://{self.request.host}"

    def journal_parameters(self) -> JournalParameters:
        """The parameters for the journal's entry about this request."""
        return parameters_of(self.params, self.path, self.sandbox.journal.redact)

    def note_unanswered(self) -> None:
        """Record that it was carried out and that its client was gone before the answer could be written."""
        detail = {
            "method": self.request.method,
            "operation": self.operation,
            "effect": GONE,
            "committed": True,
            "outcome": f"{self.done()}, and the program did not get the answer",
            "status": None,
            "rule": "no rule",
            "parameters": self.journal_parameters(),
        }
        self.sandbox.record(Kind.REQUEST_FAULT, detail, self.account, self.fax_job_id)

    def done(self) -> str:
        """The result of carrying it out, as a sentence for the journal."""
        if self.operation != "send_fax" or self.fax_job_id is None:
            return "it was carried out"
        job = self.sandbox.store.find(self.fax_job_id)
        cost = "it was" if job is None else as_text(job.cost)
        charged = f" and {cost} charged" if self.sandbox.billing.charge is ChargeAt.ACCEPT else ""
        return f"fax {self.fax_job_id} was accepted{charged}"


def authenticate(request: web.BaseRequest, params: Params, sandboxes: Sandboxes) -> tuple[Sandbox, Account]:
    """The sandbox of the key, from the query (documented), the body (documented) or a header `api_key` (seen).

    Raises Unauthorized, or why the place where the key may have been could not be read.
    """
    key = params.values.get("api_key") or request.headers.get("api_key")
    if not key:
        if params.problem is not None:
            raise params.problem
        raise Unauthorized("no api_key in the query, the body or a header of that name")
    found = sandboxes.find(key) if isinstance(key, str) else None
    if found is None:
        raise Unauthorized(sandboxes.why_unknown(str(key)))
    return found
