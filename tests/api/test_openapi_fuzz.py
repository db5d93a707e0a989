"""Every operation and control route, attacked with what its own description allows and forbids.

Schemathesis is imported by the first test: to import it takes a second, and every worker reads this file.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fakefax import FakeFax
from fakefax.api.operation import BASE_PATHS
from fakefax.control.openapi import document
from tests.api.wire import KEY
from tests.thorough import examples

pytestmark = pytest.mark.usefixtures("shared_pool")

DESCRIBED = document()
ATTACKED = [
    f"{method.upper()} {path}"
    for path, methods in DESCRIBED["paths"].items()
    for method in methods
    if not path.startswith(BASE_PATHS[1])
]
DEADLINE = 10.0


@cache
def operations() -> dict[str, Any]:
    """What schemathesis reads in the description, by method and path."""
    import schemathesis  # noqa: PLC0415

    described = schemathesis.openapi.from_dict(DESCRIBED)
    found: list[Any] = [result.ok() for result in described.get_all_operations()]  # type: ignore[union-attr]
    return {operation.label: operation for operation in found}


@cache
def conformance() -> list[Any]:
    """The checks that an answer has the described status and shape."""
    from schemathesis.checks import CHECKS, load_all_checks  # noqa: PLC0415

    load_all_checks()
    return CHECKS.get_by_names(["response_schema_conformance", "status_code_conformance"])


@pytest.fixture(scope="module")
def fax() -> Iterator[FakeFax]:
    with FakeFax() as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def has_twin(attacked: str) -> bool:
    """Whether it is an operation of the vendor that another method of its path carries out too."""
    path = attacked.partition(" ")[2]
    return path.startswith(BASE_PATHS[0]) and len(DESCRIBED["paths"][path]) > 1


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that the description allows, and others that it forbids."""
    from schemathesis.generation import GenerationMode  # noqa: PLC0415

    return st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


@pytest.mark.parametrize("attacked", ATTACKED)
def test_nothing_breaks_an_operation(fax, session, attacked):
    """No 500, always JSON, an error always in the vendor's shape, and an answer as it is described."""
    operation = operations()[attacked]

    @settings(
        max_examples=examples(2 if has_twin(attacked) else 3),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(operation), st.booleans())
    def attack(case, documented):
        case.headers = {**(case.headers or {}), "api_key": KEY}
        if documented:
            write_examples(case)
        if operation.path.endswith("/events") and begins_a_stream(case, fax, session):
            return
        answer = case.call(base_url=fax.url, session=session, timeout=DEADLINE)
        assert answer.status_code < 500, (answer.status_code, answer.content)
        if answer.status_code >= 400 or "application/json" in answer.headers["content-type"]:
            assert answer.headers["content-type"] == ["application/json"]
            content = answer.json()
        if answer.status_code >= 400:
            assert [name for name in content if name != "problems"] == ["status", "message"]
            assert content["status"] == "failed"
            assert content["message"]
        elif documented:
            case.validate_response(answer, checks=conformance())

    attack()


def begins_a_stream(case: Any, fax: FakeFax, session: requests.Session) -> bool:
    """Whether it is answered with a stream, which would never end by itself."""
    asked = case.as_transport_kwargs(base_url=fax.url)
    with session.request(**asked, stream=True, timeout=DEADLINE) as answer:
        return answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")


def write_examples(case: Any) -> None:
    """The documentation's own values in place of invented ones, so that more is reached than a refusal."""
    for known in case.operation.definition.raw.get("parameters", ()):
        if "example" in known:
            target = {"query": case.query, "path": case.path_parameters, "header": case.headers}[known["in"]]
            if target is not None:
                target[known["name"]] = str(known["example"]) if known["in"] == "header" else known["example"]
