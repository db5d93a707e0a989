"""The peers, fakefax first; each in a file of its own."""

from importlib.util import find_spec

from benchmarks.peers import (
    bare_aiohttp,
    fakefax,
    json_server,
    localstripe,
    mockoon,
    moto,
    mountebank,
    prism,
    pytest_httpserver,
    wiremock,
)

FAKEFAX = fakefax.PEER
BARE = bare_aiohttp.PEER
WIREMOCK = wiremock.PEER

ON_UVLOOP = (fakefax.SPEED, bare_aiohttp.ON_UVLOOP) if find_spec("uvloop") else ()

PEERS = (
    FAKEFAX,
    BARE,
    *ON_UVLOOP,
    WIREMOCK,
    mountebank.PEER,
    mockoon.PEER,
    prism.PEER,
    json_server.PEER,
    pytest_httpserver.PEER,
    moto.PEER,
    localstripe.PEER,
)
