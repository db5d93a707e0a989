"""The head of a request as it arrives: what the callback URL says, and no more."""

import socket
import threading

import pytest

from fakefax.core.callbacks.callback import Answer
from fakefax.values.forms import PostedBody
from tests.callbacks.attempts import KEEPS, SMALL, Run, post, reported
from tests.callbacks.endpoints import raw_endpoint, read_request


def head_at(run: Run, url: str, body: PostedBody = SMALL) -> tuple[list[str], Answer]:
    """The head of a request as it arrives, line by line."""
    heads: list[str] = []

    def note(connection: socket.socket) -> None:
        heads.append(read_request(connection).partition(b"\r\n\r\n")[0].decode())
        connection.sendall(KEEPS)

    with raw_endpoint(note) as endpoint:
        port = str(endpoint.server_address[1])
        (answer,) = post(run, url.replace("PORT", port), body=body)
    return "".join(heads).replace(port, "PORT").splitlines(), answer


def test_the_head_says_what_it_has_to_and_no_more(run: Run):
    """A name and a password in the URL become an Authorization header, and are not sent as part of the URL."""
    lines, _ = head_at(run, "http://us%40er:p%3A%C3%A9@127.0.0.1:PORT/faxto?a=b#c")
    agent = lines.pop(2)
    assert agent.startswith("User-Agent: fakefax/")
    assert lines == [
        "POST /faxto?a=b HTTP/1.1",
        "Host: 127.0.0.1:PORT",
        "Accept: */*",
        "Authorization: Basic dXNAZXI6cDrDqQ==",
        "Connection: keep-alive",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 14",
    ]


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        ("", []),
        ("user@", ["Authorization: Basic dXNlcjo="]),
        (":secret@", ["Authorization: Basic OnNlY3JldA=="]),
    ],
)
def test_only_credentials_of_the_url_are_sent(run: Run, credentials: str, header: list[str]):
    """A URL without a name and a password has no Authorization header; one of the two is enough for it."""
    lines, _ = head_at(run, f"http://{credentials}127.0.0.1:PORT/faxto")
    assert [line for line in lines if line.startswith("Authorization")] == header


@pytest.mark.parametrize(
    ("url", "content_type"),
    [
        ("http://127.0.0.1:PORT/a\r\nX-Injected: y\r\n", "text/plain"),
        ("http://127.0.0.1:PORT/a\nX-Injected: y", "text/plain"),
        ("http://us\r\nX-Injected: y@127.0.0.1:PORT/", "text/plain"),
        ("http://127.0.0.1:PORT/a b HTTP/1.1\r\nX-Injected:", "text/plain"),
        ("http://127.0.0.1:PORT/", "text/plain\r\nX-Injected: y"),
        ("http://127.0.0.1:PORT/", "text/plain\nX-Injected: y"),
    ],
)
def test_no_header_can_be_smuggled_in(run: Run, url: str, content_type: str):
    """Neither a URL nor a type of content can bring a line of its own into the head."""
    lines, answer = head_at(run, url, PostedBody(content_type, b"a=b"))
    assert not any(line.startswith("X-Injected") for line in lines)
    assert answer.status_code == 200 or str(answer.failure).startswith("the URL cannot be used: ")


def test_an_ipv6_endpoint_is_called(run: Run):
    """A host in brackets is connected to, and named in the Host header, as it is written."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    heads: list[bytes] = []
    with socket.socket(socket.AF_INET6) as listening:
        try:
            listening.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")
        listening.listen()

        def serve() -> None:
            with listening.accept()[0] as connection:
                heads.append(read_request(connection))
                connection.sendall(KEEPS)

        thread = threading.Thread(target=serve)
        thread.start()
        port = listening.getsockname()[1]
        assert reported(*post(run, f"http://[::1]:{port}/faxto")) == [(200, None)]
        thread.join()
    assert f"\r\nHost: [::1]:{port}\r\n".encode() in heads[0]
