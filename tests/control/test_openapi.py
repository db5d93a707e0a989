"""openapi.json describes both APIs, and cannot drift from what routes and validates."""

import pytest

from fakefax.api.errors import STATUS as VENDOR
from fakefax.api.operations import OPERATIONS
from fakefax.control.call import STATUS as CONTROL
from fakefax.control.openapi import document
from fakefax.control.routes import PREFIX, ROUTES

ANSWERS = [
    (path, method, described)
    for path, methods in document()["paths"].items()
    for method, described in methods.items()
]


async def test_it_is_served_and_valid(wire):
    """The description at openapi.json passes a validator of OpenAPI 3.1."""
    from openapi_spec_validator import validate  # noqa: PLC0415 (a third of a second, in every worker)

    served = await wire.get("openapi.json")
    assert served["openapi"] == "3.1.0"
    validate(served)


def test_every_route_is_described_and_nothing_else():
    """Each operation under both base paths, each control route, and no more."""
    vendor = {(path, method) for o in OPERATIONS for path in o.mounts for method in o.methods}
    control = {(PREFIX + route.path, route.method) for route in ROUTES}
    assert {(path, method.upper()) for path, method, _ in ANSWERS} == vendor | control


@pytest.mark.parametrize(("path", "method", "described"), ANSWERS, ids=lambda value: str(value)[:40])
def test_every_answer_has_a_shape(path, method, described):
    """No answer is described as just anything, but the description itself."""
    (done,) = (described["responses"][code] for code in described["responses"] if code.startswith("2"))
    for content in done["content"].values():
        assert content["schema"] or path.endswith("openapi.json")


def test_names_are_given_once():
    """Generated clients have one method an operation."""
    names = [described["operationId"] for _, _, described in ANSWERS]
    assert len(names) == len(set(names))


def test_the_fields_of_a_send_are_those_it_reads():
    """A send is described with its parameters in the query, or in a body of three content types."""
    send = document()["paths"]["/api/v2/fax"]
    query = {p["name"]: p for p in send["get"]["parameters"] if p["in"] == "query"}
    assert query["fax_number"]["required"]
    assert query["fax_number"]["example"] == "+123456789"
    assert query["document_id"]["example"] == 10
    bodies = send["post"]["requestBody"]["content"]
    assert set(bodies) == {"application/x-www-form-urlencoded", "multipart/form-data", "application/json"}
    for body in bodies.values():
        assert {"fax_number", "document_id"} <= set(body["schema"]["properties"])


def test_a_scenario_that_is_put_is_described_as_what_get_shows():
    """PUT scenario takes YAML, or JSON of the shape that GET scenario answers."""
    scenario = document()["paths"][f"{PREFIX}/scenario"]
    taken = scenario["put"]["requestBody"]["content"]
    shown = scenario["get"]["responses"]["200"]["content"]["application/json"]
    assert taken == {"application/json": shown, "application/yaml": {"schema": {"type": "string"}}}


def test_a_parameter_of_the_path_is_in_the_path_only():
    """No parameter is described twice, in the path and in the query or a form."""
    for path, method, described in ANSWERS:
        places = [(parameter["name"], parameter["in"]) for parameter in described.get("parameters", ())]
        in_path = {name for name, place in places if place == "path"}
        assert not [name for name, place in places if place != "path" and name in in_path], (method, path)


def test_a_document_that_is_put_is_required():
    """PUT scenario and PUT snapshot have a body; a client that is generated cannot leave it out."""
    for path in ("scenario", "snapshot"):
        assert document()["paths"][f"{PREFIX}/{path}"]["put"]["requestBody"]["required"] is True


def test_every_error_is_described():
    """A generated client knows each status of a refusal: of both tables, of the guard, and of a failure."""
    for path, method, described in ANSWERS:
        known = {int(code) for code in described["responses"]}
        table = CONTROL if path.startswith(PREFIX) else VENDOR
        assert {*table.values(), 403, 500, 503} <= known, (method, path)
        assert not path.startswith(PREFIX) or 401 in known
