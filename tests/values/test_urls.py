"""Which URLs can be called back."""

import re

import pytest

from fakefax.values.urls import check_callback_url


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/faxto",
        "https://example.com",
        "HTTP://EXAMPLE.COM/x",
        "http://127.0.0.1:1/",
        "http://[::1]:8000/faxto",
        "http://user:secret@host/faxto",
        "http://host:65535/a%2Fb?x=%20&y=1;2&&z",
        "http://bücher.example/päth",
    ],
)
def test_a_usable_url_is_taken_as_it_is(url: str):
    """An http or https URL with a host is left byte for byte as it was."""
    assert check_callback_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000/faxto",
        "/faxto",
        "ftp://host/x",
        "file:///etc/passwd",
        "http://",
        "http://:8000/x",
        "http:///path",
        "http:host/x",
        "http://host:0/x",
        "http://host:65536/x",
        "http://host:port/x",
        "http://host:-1/x",
        "http://[::1/x",
        "http://[::g]/x",
        "http://ho st/x",
        "http://host/a b",
        "http://host/x\n",
        " http://host/x",
        "http://host/\tx",
        "http://host/\x7f",
        "javascript:alert(1)",
    ],
)
def test_a_wrong_callback_url_is_refused(url: str):
    """Anything that nothing could be posted to is refused with the text as it was and an example."""
    problem = f"{url!r} is not an http or https URL such as http://localhost:8000/faxto"
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        check_callback_url(url)
