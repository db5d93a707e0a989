"""Callback URLs whose host is elsewhere than its name says, as in a container."""

from fakefax.callbacks.client import CallbackClient
from fakefax.values.forms import PostedBody
from tests.api.wire import open_wire
from tests.callbacks.endpoints import receiver

FIELDS = PostedBody("application/x-www-form-urlencoded", b"fax_job_id=200")
NOBODY = "http://localhost:9/faxto"


async def test_a_mapped_host_is_connected_to_elsewhere_and_keeps_its_name():
    """The attempt goes to the mapped host; path, port and Host header are those of the callback URL."""
    client = CallbackClient(host_map={"app.invalid": "127.0.0.1"})
    try:
        with receiver() as endpoint:
            url = f"http://APP.invalid:{endpoint.server_port}/faxto?a=%2f&tenant=7"
            answer = await client.post(url, FIELDS)
            (posted,) = endpoint.posted
    finally:
        await client.close()
    assert (answer.status_code, answer.failure) == (200, None)
    assert posted.target == "/faxto?a=%2f&tenant=7"
    assert posted.headers["Host"].lower() == f"app.invalid:{endpoint.server_port}"


async def test_localhost_in_a_container_gets_a_hint():
    """An endpoint on localhost that is not there: inside a container the reason says what to use instead."""
    client = CallbackClient(contained=True)
    try:
        answer = await client.post(NOBODY, FIELDS)
    finally:
        await client.close()
    assert (answer.failure, answer.hint is None) == ("cannot connect to localhost:9: Connection refused", False)
    hint = str(answer.hint)
    assert hint.startswith("localhost is the container that fakefax runs in")
    for cure in ("service name", "host.docker.internal", "--callback-host-map localhost=host.docker.internal"):
        assert cure in hint


async def test_the_hint_is_reported_once_for_a_receipt():
    """Of three attempts at an endpoint that is not there, the first says what may be wrong; all say what was."""
    async with open_wire(callback_url=NOBODY, contained=True) as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "31m"})
        first, *later = [attempt["failure"] for attempt in (await wire.get("faxes/200"))["attempts"]]
    assert "; localhost is the container that fakefax runs in; " in first
    assert later == 2 * ["cannot connect to localhost:9: Connection refused"]


async def test_the_hint_stays_away_where_it_does_not_help():
    """No container, or a host that is mapped already: the plain reason."""
    for client in (CallbackClient(contained=False), CallbackClient(contained=True, host_map={"localhost": "::2"})):
        answer = await client.post(NOBODY, FIELDS)
        await client.close()
        assert (answer.failure is not None, answer.hint) == (True, None)
