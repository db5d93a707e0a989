"""Nothing that `fakefax serve` prints has a key or a password in it."""

import pytest

from tests.callbacks.endpoints import receiver
from tests.processes import serving

KEY, PASSWORD, TOKEN = "a-real-key-9f3c", "pa55word", "t0ken"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_printed(log_format: str):
    """The key, and a password and a token of the callback URL: in no printed line, and used all the same."""
    with receiver() as endpoint:
        url = endpoint.url(f"/faxto?token={TOKEN}&api_key={KEY}").replace("//", f"//ada:{PASSWORD}@")
        flags = ("--api-key", KEY, "--callback-url", url, "--rate", "0", "--log-format", log_format)
        with serving(*flags) as server:
            server.ask(f"/api/v2/fax?api_key={KEY}&fax_number=%2B123456789&document_id=10")
            server.ask("/_fakefax/account", {"callback_url": url}, "PATCH")
            server.ask("/_fakefax/clock/advance", {"by": "1m"})
            journal = server.ask("/_fakefax/journal")
            assert server.end() == 0
            printed = "\n".join([*server.stdout.rest(), *server.stderr.rest()])
        (posted,) = endpoint.posted
    assert posted.target == f"/faxto?token={TOKEN}&api_key={KEY}"
    assert "Authorization" in posted.headers
    assert "127.0.0.1" in printed
    assert "accepted" in printed
    for secret in (KEY, PASSWORD, TOKEN):
        assert secret not in printed
        assert secret not in "".join(entry["message"] for entry in journal["entries"])
