"""Receipts on the wire, at a receiver that is the standard library's."""

import pytest

from fakefax import FakeFax
from tests.callbacks.endpoints import raw_endpoint, receiver, says, send
from tests.fidelity import documented

RECEIPTS = {
    "1": ("success", "ok", "Success! Your fax has been sent!"),
    "2": ("failed", "busy", "Fax Failed - Line Busy ( The fax machine could be busy )"),
    "3": ("failed", "no_answer", "Fax Failed - No Answer from Fax machine"),
    "4": ("failed", "hangup", "Fax Failed - Early Hangup"),
    "5": ("failed", "file_error", "Fax Failed - File conversion failed. Re-upload and Retry"),
    "6": (
        "failed",
        "unknown",
        "Fax Failed - Unknown Error ( We don\N{RIGHT SINGLE QUOTATION MARK}t know exactly what went wrong"
        " - contact us for more info )",
    ),
}


@pytest.mark.parametrize("digit", RECEIPTS)
@documented("A receipt is a form POST of `fax_job_id`, `status`, `msg_code` and `message` to the callback URL.")
def test_a_receipt_is_a_form_of_four_fields(fax: FakeFax, digit: str):
    """Each msg_code arrives as a URL-encoded UTF-8 form with the documented fields, and nothing else."""
    status, msg_code, message = RECEIPTS[digit]
    with receiver() as endpoint:
        fax.callback_url = endpoint.url()
        fax_job_id = send(fax, f"+1500555000{digit}")
        fax.advance("1m")
    (posted,) = endpoint.posted
    assert posted.method == "POST"
    assert posted.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert list(posted.fields.items()) == [
        ("fax_job_id", str(fax_job_id)),
        ("status", status),
        ("msg_code", msg_code),
        ("message", message),
    ]


@pytest.mark.parametrize(
    "target",
    [
        "/p?a=%2f&b=%2F&c=%c3%A9&d=%7e%41",
        "/p?broken=%zz&end=%",
        "/p?plus=a+b&semi=1;2&&empty=&bare&twice=1&twice=2",
        "/p?raw=|[]{}\"'<>^`\\!$()*,:@",
        "/p?a?b=c??",
        "/p?escaped=%2525&null=%00",
        "/a/../b//c/./d%2fe/%2e%2e/f;v=1",
        "/",
    ],
)
def test_path_and_query_arrive_byte_for_byte(fax: FakeFax, target: str):
    """The receiver sees the callback URL's path and query exactly as they were set."""
    with receiver() as endpoint:
        fax.callback_url = endpoint.url(target)
        send(fax)
        fax.advance("1m")
    assert [posted.target for posted in endpoint.posted] == [target]


@pytest.mark.parametrize(
    ("target", "arrives"),
    [
        ("/p\xe9%2f?q=\xe9&b=%zz&c=%2f|", "/p%C3%A9%2f?q=%C3%A9&b=%zz&c=%2f|"),
        ("?q=%2f", "/?q=%2f"),
        ("", "/"),
        ("/p?q=1#part", "/p?q=1"),
    ],
)
def test_only_what_http_cannot_carry_is_changed(fax: FakeFax, target: str, arrives: str):
    """Characters beyond ASCII are escaped, an empty path is "/", a fragment stays at home; the rest is kept."""
    with receiver() as endpoint:
        fax.callback_url = endpoint.url(target)
        send(fax)
        fax.advance("1m")
    assert [posted.target for posted in endpoint.posted] == [arrives]


def test_the_host_header_names_the_endpoint(fax: FakeFax):
    """A receiver behind a name-based proxy finds its own host and port in the request, and who calls."""
    with receiver() as endpoint:
        fax.callback_url = endpoint.url()
        send(fax)
        fax.advance("1m")
        headers = endpoint.posted[0].headers
    assert headers["Host"] == f"127.0.0.1:{endpoint.server_port}"
    assert headers["User-Agent"].startswith("fakefax/")


def test_a_cookie_is_never_sent_back(fax: FakeFax):
    """Attempts know nothing of each other: what an endpoint sets in one is not sent in the next."""
    with receiver(lambda nth: (503 if nth == 0 else 200, {"Set-Cookie": "a=b; Path=/"})) as endpoint:
        fax.callback_url = endpoint.url()
        send(fax)
        fax.advance("1h")
    assert len(endpoint.posted) == 2
    assert not any("Cookie" in posted.headers for posted in endpoint.posted)


def test_a_plain_old_server_can_be_called(fax: FakeFax):
    """An HTTP/1.0 answer without a length, ended by closing, acknowledges a receipt."""
    with raw_endpoint(says(b"HTTP/1.0 200 OK\r\n\r\nthanks")) as endpoint:
        fax.callback_url = endpoint.url
        send(fax)
        fax.advance("1m")
        sent = fax.faxes[0]
    assert (sent.receipt, len(sent.attempts)) == ("acknowledged", 1)
