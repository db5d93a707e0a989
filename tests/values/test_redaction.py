"""Secrets that a log must not show: keys, and the passwords and tokens in URLs."""

import pytest

from fakefax.values.urls import masked_key, masked_urls


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://app:8000/faxto?tenant=7", "http://app:8000/faxto?tenant=7"),
        ("http://ada:secret@app/faxto", "http://***@app/faxto"),
        ("https://token@app/", "https://***@app/"),
        ("http://app/faxto?api_key=f@x2r0ckkz&tenant=7", "http://app/faxto?api_key=***&tenant=7"),
        ("http://app/?a=1&Token=abc&access_token=b#c", "http://app/?a=1&Token=***&access_token=***#c"),
        ("http://app/?apikey=1;password=2&sig=3", "http://app/?apikey=***;password=***&sig=***"),
        ("http://app/a@b?monkey=1&keys=2", "http://app/a@b?monkey=1&keys=2"),
        ("no URL, but api_key=visible", "no URL, but api_key=visible"),
    ],
)
def test_secrets_in_a_url_are_masked(url: str, shown: str):
    """The part before an @ and fields with the names of secrets are masked; the rest stays recognisable."""
    assert masked_urls(f"to {url}: 200 OK") == f"to {shown}: 200 OK"


@pytest.mark.parametrize(("key", "shown"), [("f@x2r0ckkz", "f@x..."), ("abc", "..."), ("", "...")])
def test_a_key_is_recognised_and_cannot_be_used(key: str, shown: str):
    """Its first three characters, if it has more."""
    assert masked_key(key) == shown
