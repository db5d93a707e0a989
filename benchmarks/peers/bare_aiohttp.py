"""Bare aiohttp, the ceiling: parses the same form and answers, or posts one callback per request before it does."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.peer import FAX, Peer, Place

SERVERS = Path(__file__).parent.parent / "servers"


def _command(loop: str, place: Place) -> list[str]:
    if place.callback_url:
        poster = str(SERVERS / "bare_aiohttp_poster.py")
        return [sys.executable, poster, loop, str(place.port), place.callback_url]
    return [sys.executable, str(SERVERS / "bare_aiohttp.py"), loop, str(place.port)]


PEER = Peer("bare aiohttp", partial(_command, "asyncio"), FAX, log="none", calls_back=True)
ON_UVLOOP = replace(PEER, name="bare aiohttp on uvloop", command=partial(_command, "uvloop"))
