"""Bare aiohttp, the ceiling: parses the same form and answers, or posts one callback per request before it does."""

import sys
from pathlib import Path

from benchmarks.peer import FAX, Peer, Place

SERVERS = Path(__file__).parent.parent / "servers"


def command(place: Place) -> list[str]:
    if place.callback_url:
        return [sys.executable, str(SERVERS / "bare_aiohttp_poster.py"), str(place.port), place.callback_url]
    return [sys.executable, str(SERVERS / "bare_aiohttp.py"), str(place.port)]


PEER = Peer("bare aiohttp", command, FAX, log="none", calls_back=True)
