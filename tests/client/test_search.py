"""Faxes found from Python: by a search, as they were, with what an attempt posted, and as a picture."""

import pytest

from fakefax import FakeFax, Unknown, WrongValue
from tests.callbacks.endpoints import receiver, send


def test_faxes_are_found(fax: FakeFax):
    """By the search of the page, all of them or the newest, and as they were at a time or after an entry."""
    ids = [send(fax, fax_number=number) for number in ("+442071838750", "+15005550002", "+442071838751")]
    accepted = fax.journal[-1].seq
    fax.advance("1m")
    assert [job.fax_job_id for job in fax.search("to:+44*")] == [ids[0], ids[2]]
    assert [job.fax_job_id for job in fax.search(limit=2)] == ids[1:]
    assert [job.msg_code for job in fax.search("is:busy")] == ["busy"]
    assert fax.search("is:busy", as_of=accepted) == []
    assert len(fax.search("is:executed", as_of="2026-01-05T09:00:00")) == 3
    with pytest.raises(WrongValue, match="unknown term 'too'"):
        fax.search("too:+44*")
    with pytest.raises(WrongValue, match="'noon' is not a time"):
        fax.search(as_of="noon")


def test_an_attempt_is_shown():
    """The request and the response of an attempt are shown; an attempt that was not made is unknown."""
    unwilling = receiver(lambda _: (503, {"Retry-After": "60"}))
    with unwilling as endpoint, FakeFax(callback_url=endpoint.url()) as fax:
        fax_job_id = send(fax)
        fax.advance("1m")
        attempt = fax.attempt(fax_job_id)
        with pytest.raises(Unknown, match="unknown attempt '2'; attempts 1 to 1 were made"):
            fax.attempt(fax_job_id, 2)
    assert attempt.posted is not None
    assert dict(attempt.posted.fields)["fax_job_id"] == str(fax_job_id)
    assert attempt.answer is not None
    assert (attempt.answer.status_code, dict(attempt.answer.headers)["Retry-After"]) == (503, "60")


def test_a_page_is_drawn(fax: FakeFax):
    """A PNG of the page; one that the fax does not have is unknown."""
    fax_job_id = send(fax)
    assert fax.picture(fax_job_id).startswith(b"\x89PNG")
    with pytest.raises(Unknown):
        fax.picture(fax_job_id, 999)
