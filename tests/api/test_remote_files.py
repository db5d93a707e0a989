"""AddRemoteFile: a file fetched from a URL, within limits of size and of time."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from fakefax.sandbox.remote_files import Allowed, Forbidden, RemoteFilesFrom
from tests.api.wire import DEADLINE, KEY, Answer, Wire, open_wire
from tests.callbacks import endpoints
from tests.callbacks.endpoints import raw_endpoint, says
from tests.documents import files
from tests.fidelity import documented

pytestmark = pytest.mark.usefixtures("shared_pool")

PDF = files.pdf(3)


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    """A web server with files, detours and traps."""

    async def pdf(request: web.Request) -> web.Response:
        status = 206 if request.path == "/part" else 200
        return web.Response(status=status, body=PDF, content_type="application/pdf")

    async def named(_: web.Request) -> web.Response:
        headers = {"Content-Disposition": 'attachment; filename="../Invoice.pdf"'}
        return web.Response(body=PDF, headers=headers)

    async def detour(request: web.Request) -> web.Response:
        left = int(request.match_info["left"])
        raise web.HTTPFound(f"/detour/{left - 1}" if left else "/a.pdf")

    async def out(_: web.Request) -> web.Response:
        raise web.HTTPFound("file:///etc/passwd")

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    over: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()

    async def silent(_: web.Request) -> web.StreamResponse:
        return await asyncio.shield(over)

    app = web.Application()
    for path, handler in {
        "/a.pdf": pdf,
        "/report": pdf,
        "/part": pdf,
        "/named": named,
        "/detour/{left}": detour,
        "/out": out,
        "/endless": endless,
        "/silent": silent,
    }.items():
        app.router.add_get(path, handler)
    server = TestServer(app)
    await server.start_server()
    yield server
    over.set_result(web.Response())
    await server.close()


async def fetch(wire: Wire, url: object, base: str = "/api/v2") -> Answer:
    return await wire.call("POST", f"{base}/files", data={"api_key": KEY, "AddRemoteFile": str(url)})


@pytest.mark.parametrize("base", ["/api/v2", "/api/v1"])
@pytest.mark.parametrize(
    ("path", "name"),
    [("/a.pdf", "a.pdf"), ("/report?x=1", "report.pdf"), ("/named", "Invoice.pdf"), ("/detour/4", "a.pdf")],
)
@documented("POST `/files` with `AddRemoteFile` fetches the file at a URL.")
async def test_a_remote_file_becomes_a_document(wire, site, base, path, name):
    """It is named after the URL, or as its server says, and counted like any upload."""
    answer = await fetch(wire, site.make_url(path), base)
    assert answer.status == 200, answer
    assert (answer.json["total_pages"], answer.json["document"]["filename_uploaded"]) == (3, name)
    assert (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json[-1]["size"] == len(PDF)


@documented("Text in `file` that is an http or https URL is a remote file.")
async def test_a_url_in_file_is_fetched(wire, site):
    """Two documented examples upload so; any other text there is refused as before."""
    url = str(site.make_url("/a.pdf"))
    for text, status in ((url, 200), (url.replace("http", "HTTP"), 200), ("a.pdf", 400)):
        answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data={"file": text})
        assert answer.status == status, answer


async def test_a_remote_file_is_known_by_its_content(wire, site):
    """A file fetched from two URLs and faxed from both documents to one number is a double charge."""
    for path in ("/a.pdf", "/report"):
        document = (await fetch(wire, site.make_url(path))).json["document_id"]
        await wire.send(document_id=str(document))
    assert [found["document_ids"] for found in (await wire.get("audit"))["double_charges"]] == [[100, 101]]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "{url} answered 404"),
        ("/part", "{url} answered 206"),
        ("/detour/5", "{url} redirects more than 5 times"),
        ("/out", "{url} cannot be fetched: it redirects to file:///etc/passwd, which is not an http or https URL"),
        ("/silent", "{url} did not answer within 0.2s"),
    ],
)
async def test_a_file_that_cannot_be_fetched_is_refused(site, path, reason):
    """Not there, an endless detour, a way to a local file, no answer: 400 with the reason, and nothing is kept."""
    async with open_wire(fetch_timeout=0.2) as wire:
        url = site.make_url(path)
        answer = await fetch(wire, url)
        assert (answer.status, answer.json["message"]) == (400, "The remote file could not be fetched")
        assert answer.reason == reason.format(url=url)
        assert len((await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json) == 2


async def test_a_remote_file_keeps_to_the_limit(site):
    """A file of the limit is taken, a byte more is not, and one without an end is left there."""
    for limit, status in ((len(PDF), 200), (len(PDF) - 1, 413)):
        async with open_wire(upload_limit=limit) as wire:
            assert (await fetch(wire, site.make_url("/a.pdf"))).status == status
    async with open_wire(upload_limit=100_000) as wire:
        answer = await fetch(wire, site.make_url("/endless"))
    assert (answer.status, answer.json["message"]) == (413, "The file is too large")
    assert answer.reason is not None
    assert answer.reason.endswith("has more than --upload-limit 100000 bytes")


@pytest.mark.parametrize(
    "url", ["/etc/passwd", "file:///etc/passwd", "ftp://localhost/a", "http://", "http://a b/"]
)
async def test_only_web_addresses_are_fetched(wire, url):
    """A URL that is not http or https is refused before anything is opened."""
    answer = await fetch(wire, url)
    assert (answer.status, answer.json["message"]) == (400, "The AddRemoteFile is invalid")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/a.pdf", "cannot connect to 127.0.0.1:1: Connection refused"),
        ("http://no-such-host.invalid/a.pdf", "the host name no-such-host.invalid is not known"),
    ],
)
async def test_a_refused_connection_is_reported_with_the_reason(wire, url, reason):
    """A closed port and an unknown name are reported as by an attempt at a callback URL."""
    answer = await fetch(wire, url)
    assert (answer.status, answer.reason) == (400, f"{url} cannot be fetched: {reason}")
    assert (await fetch(wire, "http://127.0.0.1:99999/")).status == 400


@pytest.mark.parametrize(
    ("behaviour", "scheme", "reason"),
    [
        (endpoints.closes, "http", "the connection was "),
        (endpoints.resets, "http", "the connection was "),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "http", "the answer is not HTTP: Bad status line"),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
            "http",
            "the connection was closed in the middle of the answer",
        ),
        (lambda connection: connection.sendall(b"no TLS\r\n"), "https", "TLS failed: "),
    ],
    ids=["closes", "resets", "no HTTP", "half", "no TLS"],
)
async def test_a_broken_server_is_reported_in_words(wire, behaviour, scheme, reason):
    """For any misbehaviour of the server, the reason has no names of exceptions in it."""
    with raw_endpoint(behaviour) as server:
        url = f"{scheme}://127.0.0.1:{server.server_address[1]}/a.pdf"
        answer = await fetch(wire, url)
    assert answer.status == 400
    assert answer.reason is not None
    assert answer.reason.startswith(f"{url} cannot be fetched: {reason}")
    assert "Error" not in answer.reason


async def test_time_waits_for_a_remote_file(wire, site):
    """An advance does not go on while a file is fetched."""
    task = asyncio.create_task(fetch(wire, site.make_url("/silent")))
    async with asyncio.timeout(DEADLINE):
        while not wire.server.sandbox.clock.holds:
            await asyncio.wait([task], timeout=0.01)
    result = await wire.post("clock/advance", {"by": "1h", "budget": "50ms"})
    assert result["settled"] is False
    assert result["holds"] == [f"file at {site.make_url('/silent')} is fetched"]
    task.cancel()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "127.0.0.2",
        "[64:ff9b::127.0.0.1]",
    ],
)
async def test_fakefax_does_not_fetch_from_itself(host):
    """No spelling of its own address makes a document of the control API."""
    async with open_wire(host="0.0.0.0") as wire:
        url = f"http://{host}:{URL(wire.url).port}/_fakefax/account"
        answer = await fetch(wire, url)
    assert (answer.status, answer.json["message"]) == (400, "The remote file could not be fetched")
    assert answer.reason is not None
    assert answer.reason.startswith(f"{url} is not fetched: ")
    assert answer.reason.endswith(" is fakefax itself")


async def test_a_redirect_to_fakefax_itself_is_not_followed(wire):
    """Another server cannot send fakefax to itself."""
    answer = f"HTTP/1.1 302 Found\r\nLocation: {wire.url}/_fakefax/account\r\nContent-Length: 0\r\n\r\n"
    with raw_endpoint(says(answer.encode())) as server:
        refused = await fetch(wire, f"http://127.0.0.1:{server.server_address[1]}/a.pdf")
    assert refused.reason is not None
    assert refused.reason.endswith(" is fakefax itself")


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "0x7f.1"])
async def test_odd_spellings_of_an_address_are_refused(wire, site, host):
    """An address is written as an address is written; the system would take these for 127.0.0.1."""
    answer = await fetch(wire, f"http://{host}:{site.port}/a.pdf")
    assert answer.status == 400
    assert answer.reason is not None
    assert "is not a canonical IPv4 address" in answer.reason


async def test_remote_files_can_be_limited_to_public_hosts_or_switched_off(site):
    """A shared server need not be a way into its network."""
    for sources, reason in (
        (RemoteFilesFrom.PUBLIC, "127.0.0.1 is not a public address, and --remote-files is public"),
        (RemoteFilesFrom.OFF, "--remote-files is off"),
    ):
        async with open_wire(remote_files=sources) as wire:
            for host in ("127.0.0.1", "localhost"):
                answer = await fetch(wire, f"http://{host}:{site.port}/a.pdf")
                assert answer.status == 400
                assert answer.reason is not None
                assert answer.reason.endswith(reason) or "::1" in answer.reason


def test_the_port_of_fakefax_is_free_on_other_machines():
    """One that listens on every address of this machine is not meant by the same port elsewhere."""
    rule = Allowed(RemoteFilesFrom.ALL, lambda: [("0.0.0.0", 8080)])
    rule.check_address(ip_address("192.0.2.7"), 8080)
    rule.check_address(ip_address("127.0.0.1"), 8081)
    with pytest.raises(Forbidden, match=r"^127\.0\.0\.1 port 8080 is fakefax itself$"):
        rule.check_address(ip_address("127.0.0.1"), 8080)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("8.8.8.8", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("169.254.169.254", False)),
        *(("::1", False), ("fd00::1", False), ("224.0.0.1", False), ("::ffff:10.0.0.1", False)),
        *(("100.64.0.1", False), ("0.0.0.0", False), ("::", False), ("239.1.2.3", False), ("ff0e::1", False)),
        *(("2002:0a00:0001::1", False), ("64:ff9b::10.0.0.1", False), ("64:ff9b::8.8.8.8", True)),
    ],
)
def test_which_addresses_are_public(address, public):
    """Private, link-local, shared, multicast and unspecified addresses are not, however they are written."""
    rule = Allowed(RemoteFilesFrom.PUBLIC)
    if public:
        rule.check_address(ip_address(address), 80)
    else:
        with pytest.raises(Forbidden):
            rule.check_address(ip_address(address), 80)
