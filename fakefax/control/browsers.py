"""Browsers: a page of another site must not steer a fake on its reader's machine, under whatever name.

Programs are let in whatever they say their Host is: fax.to, a service name, an address. A browser is known by what
it adds to a request. It must come from a page of fakefax itself, and under a name that nobody on the internet could
have pointed at this machine (DNS rebinding).
"""

import ipaddress

from aiohttp import hdrs, web

BROWSER_HOSTS = web.AppKey("browser_hosts", frozenset[str])
"""Further hosts under which a browser may come."""

OURS = ("fax.to", "api.fax.to")
"""The vendor's names, which only somebody who looks after this machine points here."""

PRIVATE = (".localhost", ".local", ".internal", ".test", ".home.arpa")
"""Names that are never in the public DNS (RFC 6761, 6762, 8375, and ICANN for .internal)."""


class CrossSite(Exception):
    """A browser's request from another site, or under a name that another site may have pointed here."""


def refuse_cross_site(request: web.Request) -> None:
    """Raise CrossSite for a request that a page elsewhere may have made."""
    headers = request.headers
    site, origin = headers.get("Sec-Fetch-Site"), headers.get(hdrs.ORIGIN)
    if origin is not None and origin.partition("://")[2] != request.host:
        raise CrossSite("the control API takes no requests from pages of other sites")
    if site not in (None, "none", "same-origin"):
        raise CrossSite("the control API takes no requests from pages of other sites")
    browser = site is not None or origin is not None or headers.get(hdrs.USER_AGENT, "").startswith("Mozilla/")
    if browser and not _is_private(request.host, request.app[BROWSER_HOSTS]):
        raise CrossSite(
            f"the control API takes no requests from a browser under the name {request.host!r}, which others may "
            f"have pointed here; open it as localhost, or start with --browser-host NAME"
        )


def _is_private(host: str, further: frozenset[str]) -> bool:
    """Whether nobody but who looks after this machine or its network can have given it this name."""
    name = (host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]).lower()
    name = name.removesuffix(".")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name in OURS or name in further or name.endswith(PRIVATE)
    return True
