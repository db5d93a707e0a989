"""The retry policy: when attempts are due, when a receipt expires, what acknowledges it."""

from datetime import timedelta

import pytest

from fakefax.core.callbacks.receipts import RetryPolicy
from tests.core.time_tools import START

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def dues(policy: RetryPolicy) -> list[timedelta]:
    """How long after the first attempt each attempt is due."""
    found: list[timedelta] = []
    while (due := policy.due(START, len(found) + 1)) is not None:
        found.append(due - START)
    return found


def test_the_documented_policy_is_193_attempts():
    """Every 15 minutes up to 48 hours, both ends counted: 1 + 192 attempts."""
    assert dues(RetryPolicy()) == [15 * MINUTE * n for n in range(193)]
    assert dues(RetryPolicy())[-1] == 48 * HOUR


@pytest.mark.parametrize(
    ("retry_every", "expires_after", "attempts"),
    [
        (15 * MINUTE, 48 * HOUR - timedelta(microseconds=1), 192),
        (15 * MINUTE, 48 * HOUR, 193),
        (15 * MINUTE + timedelta(microseconds=1), 48 * HOUR, 192),
        (HOUR, timedelta(), 1),
        (HOUR, 59 * MINUTE, 1),
        (HOUR, HOUR, 2),
        (7 * MINUTE, HOUR, 9),
    ],
)
def test_the_last_attempt_is_the_one_that_still_fits(
    retry_every: timedelta, expires_after: timedelta, attempts: int
):
    """An attempt due exactly at the end is made; one a microsecond later is not."""
    assert len(dues(RetryPolicy(retry_every, expires_after))) == attempts


@pytest.mark.parametrize(
    ("accept", "status_code", "refusal"),
    [
        ({200}, 200, None),
        ({200}, 201, "201 Created, but only 200 acknowledges a receipt (receipts.accept)"),
        ({200}, 204, "204 No Content, but only 200 acknowledges a receipt (receipts.accept)"),
        ({200}, 299, "299, but only 200 acknowledges a receipt (receipts.accept)"),
        ({201, 208}, 200, "200 OK, but only 201 or 208 acknowledges a receipt (receipts.accept)"),
        ({201, 208}, 201, None),
        ({200}, 300, "300 Multiple Choices; redirects are not followed"),
        ({200}, 301, "301 Moved Permanently; redirects are not followed"),
        ({200}, 302, "302 Found; redirects are not followed"),
        ({200}, 399, "399; redirects are not followed"),
        ({200}, 400, "400 Bad Request"),
        ({200}, 404, "404 Not Found"),
        ({200}, 503, "503 Service Unavailable"),
        ({200}, 599, "599"),
        ({200, 302, 503}, 302, None),
        ({200, 302, 503}, 503, None),
    ],
)
def test_the_answers_that_acknowledge_a_receipt(accept: set[int], status_code: int, refusal: str | None):
    """Only the accepted statuses acknowledge a receipt; for any other the reason says what is wrong with it."""
    assert RetryPolicy(accept=frozenset(accept)).refusal(status_code) == refusal
