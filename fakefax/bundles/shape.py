"""The shape of a bundle, as far as reports, archives and replays rely on it: somebody may have changed the file."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType


class _Call(Struct):
    method: str
    target: str
    headers: dict[str, str | None] = {}


class _Input(Struct):
    at: datetime
    n: int | UnsetType = UNSET
    request: _Call | UnsetType = UNSET
    control: _Call | UnsetType = UNSET
    answer: int | UnsetType = UNSET
    done: int | UnsetType = UNSET


class _Drawn(Struct):
    fax_jobs: list[int]
    documents: list[int]
    numbers: list[int]
    dids: list[int]
    incoming: list[int]
    keys: list[str]
    moved: dict[str, list[Any]]


class _Finding(Struct):
    part: str
    message: str


class _Verdict(Struct):
    findings: list[_Finding]


class _Attempt(Struct):
    at: datetime
    posted: dict[str, Any] | None
    answer: dict[str, Any] | None


class _Fax(Struct):
    attempts: list[_Attempt]


class _Entry(Struct):
    seq: int
    at: datetime
    kind: str
    message: str


class _Outcome(Struct):
    account: dict[str, Any]
    verdict: _Verdict
    audit: dict[str, Any]
    ledger: dict[str, Any]
    faxes: list[_Fax]
    incoming_faxes: list[_Fax]
    journal: list[_Entry]


class _Test(Struct):
    id: str = ""
    failure: str | None = None
    again: str | None = None


class _Bundle(Struct):
    version: str
    start: datetime
    now: datetime
    owned: bool
    whole: bool
    settings: dict[str, Any]
    scenario: dict[str, Any]
    drawn: _Drawn
    inputs: list[_Input]
    outcome: _Outcome
    test: _Test | UnsetType = UNSET


def problem_of(bundle: dict[str, Any]) -> str | None:
    """What is wrong with the shape of a bundle, with its place; None if nothing is."""
    try:
        inputs = msgspec.convert(bundle, _Bundle).inputs
    except (msgspec.ValidationError, RecursionError) as error:
        return str(error)
    for place, item in enumerate(inputs):
        if item.n is UNSET and not (item.request is UNSET and item.control is UNSET):
            return f"a request without its number - at `$.inputs[{place}].n`"
    return None
