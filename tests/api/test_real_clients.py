"""Requests of real clients and of the documentation's own examples, each with the answer that they need."""

import re

import pytest

from fakefax.api.operation import READS
from fakefax.api.operations import OPERATIONS
from tests.api.documented import EXAMPLES
from tests.api.wire import KEY, START, open_wire
from tests.fidelity import documented, seen

Q = f"api_key={KEY}"
NUMBER = "fax_number=%2B15005550001"


@documented("GET `/fax` without a number and a document is the history; a POST of neither is refused.")
async def test_a_get_that_cannot_be_a_send_is_the_history(wire):
    """`limit` and `page` are optional; an empty fax_number is a send that lacks its number."""
    await wire.send()
    history = await wire.call("GET", f"/api/v2/fax?{Q}")
    assert [row["id"] for row in history.json["history"]] == [200]
    for method, query in (("POST", ""), ("GET", "&fax_number="), ("GET", "&document_id=10")):
        assert (await wire.call(method, f"/api/v2/fax?{Q}{query}")).status == 400


@seen("GET `/provision-numbers` lists the numbers, as five old SDKs ask for them.")
async def test_the_old_list_of_numbers(wire):
    """The same answer as that of `/numbers`, with links of its own."""
    await wire.call("POST", f"/api/v2/provision-numbers?{Q}&did_group_id=67")
    old, new = [await wire.call("GET", f"/api/v2/{path}?{Q}&limit=10") for path in ("provision-numbers", "numbers")]
    assert (old.status, old.json) == (200, new.json)


@pytest.mark.parametrize("choice", ["provision", "refuse"])
@documented(
    "POST `/provision-numbers` without an id provisions a number of group 67.", switch="api.provision_without_group"
)
async def test_a_number_is_provisioned_without_a_group(choice):
    """The printed example is a success, though the table beside it requires the id."""
    async with open_wire(f"api: {{provision_without_group: {choice}}}") as wire:
        target = f"/api/v2/provision-numbers?{Q}"
        answer = await wire.call("POST", target, headers={"Content-Type": "application/json"})
        if choice == "refuse":
            assert (answer.status, answer.json["message"]) == (400, "The did_group_id field is required")
        else:
            assert (answer.status, answer.json["data"]["did_group_id"]) == (200, 67)


@documented("A received fax's `created_at.date` ends in `.000000`, as in the history.")
async def test_times_have_no_fraction():
    """Also when the clock stands between two seconds."""
    async with open_wire(f"clock: {{start: {START}, rate: 0}}\naccounts: [{{api_key: {KEY}, numbers: ['+1204']}}]"
                         .replace("'+1204'", "'+12048134698'")) as wire:  # fmt: skip
        await wire.post("clock/advance", {"by": "1500ms"})
        await wire.post("incoming-faxes", {})
        [row] = (await wire.call("GET", f"/api/v2/incoming-faxes?{Q}")).json["inbox"]
    assert row["created_at"]["date"] == "2026-01-05 09:00:01.000000"


@documented("POST `/countries/didgroups/5598/provision` provisions a number of St. John's.")
async def test_the_second_documented_group(wire):
    """As the four that the list of DID groups shows, 5598 is in the data."""
    answer = await wire.call("POST", f"/api/v2/countries/didgroups/5598/provision?{Q}")
    data = answer.json["data"]
    assert (data["did_group_id"], data["area_code"], data["city_name"]) == (5598, "709", "ST. JOHN'S")


async def test_places_have_plain_names(wire):
    """No state has brackets in its name, and a slug has letters, digits and dashes only."""
    states = (await wire.call("GET", f"/api/v2/states/GBR?{Q}")).json["states"]
    assert "Wales" in [state["name"] for state in states]
    assert not re.search(r"[\[\]()]", " ".join(state["name"] for state in states))
    slugs = [row["slug"] for row in (await wire.call("GET", f"/api/v2/countries?{Q}")).json["data"]]
    assert len(set(slugs)) == len(slugs)
    assert [slug for slug in slugs if not re.fullmatch("[A-Z0-9]+(-[A-Z0-9]+)*", slug)] == []


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", f"fax/10.0/costs?{NUMBER}"),
        ("GET", f"fax?{NUMBER}&document_id=10.0"),
        ("GET", "fax/200.0/status?"),
        ("GET", "fax-history?limit=10.0&page=1.0"),
        ("GET", "file-clean?document_id=10.0"),
        ("GET", "areacodes/USA/1.0?"),
        ("GET", "countries/CAN/didgroups?didGroupIds=67.0,9581.0&stateId=1.0"),
        ("GET", "countries/didgroups/67.0/provision?"),
        ("POST", "provision-numbers?did_group_id=67.0"),
        ("DELETE", "files/10.0?"),
    ],
)
@seen("A whole number with `.0` is that number, wherever an id or a count stands.")
async def test_an_id_may_be_a_float(wire, method, target):
    """The older Python SDK makes floats of ids; the answer is that of the whole number."""
    if "200" in target:
        await wire.send()
    answer = await wire.call(method, f"/api/v2/{target}&{Q}")
    assert answer.status == 200, answer
    if "areacodes" in target:
        assert answer.json["areacodes"]
    wrong = await wire.call(method, f"/api/v2/{target.replace('.0', '.5')}&{Q}")
    assert wrong.status in (400, 404) or wrong.json.get("areacodes") == []


async def test_a_json_id_may_be_a_float(wire):
    """10.0 in JSON is 10; 10.5 is nothing."""
    for document_id, status in ((10.0, 200), (10.5, 400)):
        body = {"fax_number": "+15005550001", "document_id": document_id}
        assert (await wire.call("POST", f"/api/v2/fax?{Q}", json=body)).status == status


@documented("Every operation that only reads takes GET and POST; `/files` is the upload by POST, the list by GET.")
async def test_reading_operations_take_both_methods():
    """ "You submit all requests with a POST or GET call"; where POST means something else, the documents say so."""
    get_only = {operation.name for operation in OPERATIONS if operation.methods == ("GET",)}
    assert get_only == {"list_files", "provisioned_numbers"}
    both = {operation.name for operation in OPERATIONS if operation.methods == READS}
    shown = {(example.operation, example.method) for example in EXAMPLES}
    assert {(name, method) for name in both for method in READS} <= shown


@pytest.mark.parametrize(
    ("target", "switch", "default"),
    [
        (f"fax?{NUMBER}&document_id=12", "send_unknown_document_status", 400),
        (f"fax/12/costs?{NUMBER}", "costs_unknown_document_status", 404),
        ("fax/999/status?", "unknown_job_status", 404),
    ],
)
@seen(
    "An unknown document is answered with 400 by a send, with 404 by its costs; so is an unknown job.",
    switch="api.send_unknown_document_status, api.costs_unknown_document_status, api.unknown_job_status",
)
async def test_the_statuses_of_the_description(target, switch, default):
    """The description's status is the default, and the other one a switch away."""
    other = 404 if default == 400 else 400
    for scenario, status in (("", default), (f"api: {{{switch}: {other}}}", other)):
        async with open_wire(scenario) as wire:
            assert (await wire.call("GET", f"/api/v2/{target}&{Q}")).status == status


@pytest.mark.parametrize("required", [False, True])
@documented("A user may register without a password.", switch="users.password_required")
async def test_registering_without_a_password(required):
    """One page says that it is not required, another that it is. Without one the user cannot log in."""
    async with open_wire(f"users: {{password_required: {str(required).lower()}}}") as wire:
        answer = await wire.call("POST", "/api/v2/user", data={"email": "me@example.com"})
        assert answer.status == (400 if required else 200)
        assert list(answer.json) == (["status", "message"] if required else ["status", "api_key"])


@pytest.mark.parametrize("path", ["/api/v2//balance", "/api/v2/balance/", "/api/v1/fax//10/costs"])
async def test_a_slash_too_many_is_named(wire, path):
    """404, and the path that was meant."""
    answer = await wire.call("GET", f"{path}?{Q}")
    assert answer.status == 404
    meant = re.sub("/+", "/", path).rstrip("/")
    assert answer.reason == f"there is nothing at {path}; did you mean {meant}?"


async def test_the_page_before_one_beyond_the_last_is_the_last(wire):
    """`previous` leads back to where rows are."""
    answer = await wire.call("GET", f"/api/v2/numbers?page=99&{Q}")
    links = answer.json["meta"]["pagination"]["links"]
    assert "page=1&" in links["previous"]
    assert links["next"] is None
