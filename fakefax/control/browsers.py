"""The guard of both APIs: refuses requests that other sites made a browser send, and checks the control token.

Programs are let in under whatever Host they say: fax.to, a service name, an address. A browser is known by what it
adds to a request. It must come from a page of fakefax itself or of an allowed origin, and under a name that no
site on the internet could have pointed at this machine (DNS rebinding). The control API asks for the control token.
"""

import hmac
import ipaddress
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec
from aiohttp import hdrs, web

from fakefax.api.reply import JSON_TYPE, error_reply
from fakefax.core.journal import Kind
from fakefax.sandbox.registry import Sandboxes

CONTROL = "/_fakefax"

PAGE = ("/", CONTROL, f"{CONTROL}/", f"{CONTROL}/ui")
PAGE_BELOW = (f"{CONTROL}/ui/", f"{CONTROL}/page/")
"""The paths of the web page. These files are the same for every reader, so a link may lead there from anywhere."""

WITHOUT_TOKEN = (f"{CONTROL}/session", f"{CONTROL}/readyz")
"""Paths without a control token: the page asks for it there, and the health check of an image has none."""

COOKIE = "fakefax_control"

OURS = ("fax.to", "api.fax.to")
"""The vendor's names, which only an administrator of this machine points here."""

PRIVATE = (".localhost", ".local", ".internal", ".test", ".home.arpa")
"""Names that are never in the public DNS (RFC 6761, 6762, 8375, and ICANN for .internal)."""

ENGINES = ("Gecko", "WebKit", "Trident/")
"""Names in the User-Agent of every browser; some programs begin theirs with Mozilla/ too."""

SHIELD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of content that a scenario or an upload determines: no script, and nothing for other sites."""


class RefusedRequest(Exception):
    """A refused request."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Guard:
    """Decides about every request before anything of it is carried out.

    `hosts` are further names under which a browser may come, `origins` those of pages that may use both APIs.
    """

    def __init__(
        self, sandboxes: Sandboxes, hosts: frozenset[str], origins: frozenset[str], token: str | None
    ) -> None:
        self._sandboxes = sandboxes
        self._hosts = hosts
        self._origins = origins
        self._token = token

    def answer(self, request: web.BaseRequest) -> web.Response | None:
        """None admits a request; another answer is a refusal, which is recorded, or says what a page may send."""
        if self._token is None and not _may_be_of_a_page(request):
            return None
        try:
            if _may_be_of_a_page(request):
                self._check_page(request)
            if request.method == hdrs.METH_OPTIONS and request.headers.get(hdrs.ORIGIN) in self._origins:
                return _granted(request)  # a browser asks without the token whether it may send it
            self._check_token(request)
        except RefusedRequest as refused:
            return self._refuse(request, refused)
        return None

    def _check_token(self, request: web.BaseRequest) -> None:
        """Raise RefusedRequest for a request that lacks the control token."""
        if self._token is not None and _is_control(request.path) and not self._has_token(request):
            raise RefusedRequest(
                401,
                "the control API asks for the control token (--control-token): send Authorization: Bearer TOKEN; "
                "the commands and the Python client do when FAKEFAX_CONTROL_TOKEN is set",
            )

    def _check_page(self, request: web.BaseRequest) -> None:
        """Raise RefusedRequest for a request that another site may have made."""
        if _is_browser(request) and not _is_private(request.host, self._hosts):
            raise RefusedRequest(
                403,
                f"fakefax takes no requests from a browser under the name {request.host!r}, which others may have "
                f"pointed here; open it as localhost, or start with --browser-host NAME",
            )
        headers = request.headers
        site, origin, referer = (headers.get(name) for name in ("Sec-Fetch-Site", hdrs.ORIGIN, hdrs.REFERER))
        of_page = origin if origin is not None else _origin_of(referer)
        if of_page in self._origins:
            return
        foreign = site not in (None, "none", "same-origin")
        if of_page is not None and (origin is not None or _is_browser(request)):
            foreign = foreign or of_page.partition("://")[2] != request.host
        unmarked = site is None and of_page is None and _is_browser(request)
        if unmarked and request.path.startswith("/api/") and not _marks_requests(request):
            foreign = True  # any page may have made it, as an image for example, and it may send a fax
        if foreign and not _opens_the_page(request):
            raise RefusedRequest(
                403,
                "fakefax takes no requests from pages of other sites; start with --browser-origin ORIGIN to allow "
                "those of yours, such as http://localhost:3000",
            )

    def _has_token(self, request: web.BaseRequest) -> bool:
        if self._token is None or _is_page(request.path) or request.path in WITHOUT_TOKEN:
            return True
        scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._session.encode())

    def is_token(self, given: str) -> bool:
        """Whether this is the control token, in a time that says nothing about it; any is when there is none."""
        return self._token is None or hmac.compare_digest(given.encode(), self._token.encode())

    @property
    def _session(self) -> str:
        """The value of the cookie of a browser that has presented the token."""
        return sha256(f"session/{self._token}".encode()).hexdigest()

    def begin_session(self, request: web.BaseRequest, body: bytes) -> web.Response:
        """POST session: a browser's page, whose streams and pictures can carry no header, shows the token once."""
        try:
            given = msgspec.json.decode(body, type=SessionRequest).token
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._refuse(
                request, RefusedRequest(400, f"the body is wrong: {error}; its fields are: api_key, token")
            )
        if not self.is_token(given):
            return self._refuse(request, RefusedRequest(401, "this is not the control token of this server"))
        response = web.json_response({"status": "success"})
        response.set_cookie(COOKIE, self._session, path=CONTROL, httponly=True, samesite="Strict")
        return response

    def _refuse(self, request: web.BaseRequest, refused: RefusedRequest) -> web.Response:
        status, reason = refused.status, str(refused)
        details: dict[str, object] = {"method": request.method, "status": status}
        first = self._sandboxes.first
        if _is_control(request.path):
            first.record(Kind.CONTROL_REFUSED, {**details, "path": request.path, "message": reason})
            message = reason
        else:
            message = "Forbidden"
            first.record(
                Kind.REQUEST_REFUSED, {**details, "operation": request.path, "message": message, "reason": reason}
            )
        response = error_reply(status, message, reason).response()
        if status == 401:
            response.headers[hdrs.WWW_AUTHENTICATE] = 'Bearer realm="fakefax"'
        return response

    def shield(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Add to a response, right before it is sent, what browsers are to know of it."""
        if self._origins and (origin := request.headers.get(hdrs.ORIGIN)) in self._origins:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            response.headers[hdrs.VARY] = "Origin"
        if response.headers.get(hdrs.CONTENT_TYPE) != JSON_TYPE or _is_control(request.path):
            for name, value in SHIELD.items():
                response.headers.setdefault(name, value)
            if self._origins and _origin_of(request.headers.get(hdrs.REFERER)) in self._origins:
                response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


GUARD = web.RequestKey("guard", Guard)


class SessionRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The control token, shown by a browser's page."""

    api_key: str | msgspec.UnsetType = msgspec.UNSET
    token: str


def _is_control(path: str) -> bool:
    return path == CONTROL or path.startswith(f"{CONTROL}/")


def _is_page(path: str) -> bool:
    return path in PAGE or path.startswith(PAGE_BELOW)


def _opens_the_page(request: web.BaseRequest) -> bool:
    """Whether the request follows a link to the page."""
    navigates = request.headers.get("Sec-Fetch-Mode") == "navigate"
    alone = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return request.method in ("GET", "HEAD") and navigates and alone and _is_page(request.path)


def _may_be_of_a_page(request: web.BaseRequest) -> bool:
    """False if nothing in the head is as browsers have it; then the checks for browsers are left out."""
    headers = request.headers
    agent = headers.get(hdrs.USER_AGENT)
    if agent is not None and agent.startswith("Mozilla/"):
        return True
    return hdrs.ORIGIN in headers or hdrs.REFERER in headers or "Sec-Fetch-Site" in headers


def _is_browser(request: web.BaseRequest) -> bool:
    headers = request.headers
    if "Sec-Fetch-Site" in headers or hdrs.ORIGIN in headers:
        return True
    agent = headers.get(hdrs.USER_AGENT, "")
    return agent.startswith("Mozilla/") and any(engine in agent for engine in ENGINES)


def _marks_requests(request: web.BaseRequest) -> bool:
    """Whether browsers say where a request comes from: they do to HTTPS, and to this machine itself."""
    name = _name_of(request.host)
    if request.secure or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _origin_of(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def _name_of(host: str) -> str:
    """A Host without its port, in small letters."""
    name = (host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]).lower()
    return name.removesuffix(".")


def _is_private(host: str, further: frozenset[str]) -> bool:
    """Whether only an administrator of this machine or its network can have given it this name."""
    name = _name_of(host)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name in OURS or name in further or name.endswith(PRIVATE)
    return True


def _granted(request: web.BaseRequest) -> web.Response:
    """The answer to a browser that asks before it makes a request of an allowed origin."""
    headers = {
        hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, PATCH, DELETE",
        hdrs.ACCESS_CONTROL_ALLOW_HEADERS: request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, ""),
        hdrs.ACCESS_CONTROL_MAX_AGE: "600",
    }
    return web.Response(status=204, headers=headers)
