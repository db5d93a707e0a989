"""The one table of control routes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

from fakefax.api import routing
from fakefax.control import account, bundles, clock, events, faxes, journal, openapi, pictures, sandboxes, snapshots
from fakefax.control.browsers import CONTROL, GUARD
from fakefax.control.call import ControlCall
from fakefax.control.checking import Checking
from fakefax.control.endpoint import ControlEndpoint
from fakefax.control.incoming import INCOMING_ROUTES
from fakefax.control.route import Route
from fakefax.control.rules import RULE_ROUTES
from fakefax.sandbox.registry import Sandboxes

PREFIX = CONTROL

Respond = Callable[..., Awaitable[web.StreamResponse]]


def _picture(path: str, handler: Respond, summary: str) -> Route:
    return Route("GET", path + "/pages/{page}.png", handler, summary, content_type=pictures.PNG, streams=True)


class SessionBegun(Struct):
    """The cookie is set."""

    status: str


async def begin_session(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """POST session"""
    return request[GUARD].begin_session(request, call.body)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/readyz", sandboxes.readyz, "is it up"),
    Route("GET", "/openapi.json", openapi.describe, "both APIs in OpenAPI 3.1"),
    Route(
        "GET",
        "/llms.txt",
        openapi.llms,
        "how to use fakefax, on one page for programs",
        content_type="text/plain",
        streams=True,
    ),
    Route("POST", "/reset", sandboxes.reset, "the whole scenario from its beginning"),
    Route("POST", "/sandboxes", sandboxes.create, "a new isolated sandbox", status=HTTPStatus.CREATED),
    Route("GET", "/sandboxes", sandboxes.index, "all sandboxes, the server's own first", sandboxes.INDEX_QUERY),
    Route("DELETE", "/sandboxes", sandboxes.delete, "delete the sandbox of this key"),
    Route("GET", "/scenario", sandboxes.scenario, "the scenario of this sandbox"),
    Route(
        "PUT",
        "/scenario",
        sandboxes.put_scenario,
        "put another scenario in its place, and reset",
        sandboxes.SCENARIO_QUERY,
        takes_scenario=True,
    ),
    Route(
        "GET",
        "/snapshot",
        snapshots.show,
        "all of this sandbox as one document",
        snapshots.QUERY,
        streams=True,
        has_snapshot=True,
    ),
    Route(
        "PUT",
        "/snapshot",
        snapshots.put,
        "put a snapshot in its place",
        snapshots.PUT_QUERY,
        has_snapshot=True,
    ),
    Route("GET", "/account", account.show, "balance, callback URL, documents", account.QUERY),
    Route("PATCH", "/account", account.change, "change the balance or a URL"),
    Route("GET", "/clock", clock.show, "simulated time, and the timers that wait"),
    Route("PATCH", "/clock", clock.change, "change the rate"),
    Route("POST", "/clock/advance", clock.advance, "let simulated time go by"),
    Route("GET", "/faxes", faxes.index, "the fax jobs", faxes.QUERY),
    Route("GET", "/faxes/{fax_job_id}", faxes.show, "a fax job with timeline and attempts", faxes.SHOWN_QUERY),
    Route(
        "GET",
        "/faxes/{fax_job_id}/attempts/{attempt}",
        faxes.attempt,
        "an attempt at its receipt, with what was posted and what came back",
    ),
    Route("POST", "/faxes/{fax_job_id}/resend", faxes.resend, "a receipt once more, now"),
    _picture("/faxes/{fax_job_id}", pictures.of_fax, "a page of the fax, as a PNG"),
    _picture("/documents/{document_id}", pictures.of_document, "a page of a document, as a PNG"),
    _picture("/incoming-faxes/{incoming_fax_id}", pictures.of_incoming, "a page of a fax that arrived, as a PNG"),
    *RULE_ROUTES,
    *INCOMING_ROUTES,
    Route("GET", "/ledger", account.ledger, "every movement of the balance", account.LEDGER_QUERY),
    Route("GET", "/audit", account.audit, "the proof of the books", account.AUDIT_QUERY),
    Route("GET", "/verdict", account.verdict, "what the program did that Fax.to would mind"),
    Route("GET", "/journal", journal.entries, "all that happened, in order", journal.QUERY),
    Route("GET", "/bundle", bundles.show, "all that went into a recorded sandbox, and what came of it"),
    Route("POST", "/bundle", bundles.show_with_test, "the same, with masked texts about its test"),
    Route("POST", "/wait", journal.wait, "wait until something is in the journal"),
    Route(
        "GET",
        "/events",
        events.stream,
        "the journal as it grows, as server-sent events",
        events.QUERY,
        content_type=events.EVENT_STREAM,
        streams=True,
    ),
    Route(
        "POST",
        "/session",
        begin_session,
        "show the control token once, and get a cookie",
        streams=True,
        shape=SessionBegun,
    ),
)


def control_routes(sandboxes: Sandboxes) -> Iterator[routing.HttpRoute]:
    """A route for each row of the table."""
    turn, checking = asyncio.Lock(), Checking()
    for route in ROUTES:
        endpoint = ControlEndpoint(route, sandboxes, turn, checking)
        methods = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        yield routing.HttpRoute(methods, PREFIX + route.path, endpoint)
