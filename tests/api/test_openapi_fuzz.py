"""Every operation and control route, attacked with what its own description allows and forbids."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from fakefax import FakeFax
from fakefax.api.operation import BASE_PATHS
from fakefax.control.openapi import document
from tests.api.wire import KEY
from tests.thorough import examples

pytestmark = pytest.mark.usefixtures("shared_pool")

load_all_checks()
CONFORMANCE = CHECKS.get_by_names(["response_schema_conformance", "status_code_conformance"])
DESCRIBED = schemathesis.openapi.from_dict(document())
OPERATIONS: list[Any] = [result.ok() for result in DESCRIBED.get_all_operations()]  # type: ignore[union-attr]
ATTACKED = [operation for operation in OPERATIONS if not operation.path.startswith(BASE_PATHS[1])]
DEADLINE = 10.0


@pytest.fixture(scope="module")
def fax() -> Iterator[FakeFax]:
    with FakeFax() as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that the description allows, and others that it forbids."""
    return st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


@pytest.mark.parametrize("operation", ATTACKED, ids=lambda operation: str(operation.label))
def test_nothing_breaks_an_operation(fax, session, operation):
    """No 500, always JSON, an error always in the vendor's shape, and an answer as it is described."""

    @settings(
        max_examples=examples(3),
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
            case.validate_response(answer, checks=CONFORMANCE)

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
