"""Requests of the control API: whose sandbox is meant, which are understood, and which are admitted."""

import json

import pytest

from fakefax.control.routes import PREFIX, ROUTES
from tests.api.wire import KEY, open_wire

TWO_ACCOUNTS = "accounts: [{api_key: f@x2r0ckkz}, {api_key: other, balance: 5}]"
ALL = [(route.method, route.path) for route in ROUTES]
FIELDS = {
    "/reset": "api_key",
    "/session": "api_key, token",
    "/sandboxes": "api_key",
    "POST /sandboxes": (
        "scenario, api_key, balance, callback_url, received_fax_url, rate, start, seed, kept, record"
    ),
    "/account": "api_key, balance, callback_url, received_fax_url",
    "/clock": "api_key, rate",
    "/clock/advance": "api_key, by, to, until, within, budget",
    "/faxes/{fax_job_id}/resend": "api_key",
    "/incoming-faxes": (
        "api_key, from, to, pages, text, document, filename, after, rsid, speed, duration, ecm, compression"
    ),
    "/incoming-faxes/{incoming_fax_id}/resend": "api_key",
    "/bundle": "api_key, test",
    "/wait": "api_key, for, count, after, timeout",
}


def writing() -> list[tuple[str, str]]:
    return [(method, path) for method, path in ALL if method != "GET"]


SECTIONS = ("faxes", "requests", "callbacks")
REMOVED_BY_ID = [("DELETE", f"/rules/{section}") for section in SECTIONS]
OWN_WORDS = [
    ("PUT", "/scenario"),
    ("PUT", "/snapshot"),
    ("POST", "/session"),
    *(("POST", f"/rules/{section}") for section in SECTIONS),
]
"""Routes that read their body by the checks of scenario files, with their messages; each has its own tests."""


def target(path: str) -> str:
    return PREFIX + path.format(fax_job_id=200, incoming_fax_id=771, document_id=10, page=1, attempt=1)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("?api_key=other", {}),
        ("?api_key=other", {"headers": {"api_key": KEY}}),
        ("", {"headers": {"API_KEY": "other"}}),
        ("", {"json": {"api_key": "other", "balance": 5}}),
    ],
    ids=["query", "query before header", "header", "JSON body"],
)
async def test_the_api_key_chooses_the_account(query, options):
    """The key in the query, in a header or in the JSON body says whose account is meant."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        answer = await wire.call("PATCH", f"/_fakefax/account{query}", **options)
        assert (answer.json["api_key"], answer.json["balance"]) == ("other", 5)


async def test_without_a_key_the_first_account_is_meant():
    """No key at all means the first account of the scenario."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        assert (await wire.get("account"))["api_key"] == KEY


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"headers": {"api_key": "unknown"}}, "no account has the api_key 'unk...' (length 7)"),
        ({"json": {"api_key": "x"}}, "no account has the api_key '...' (length 1)"),
        (
            {"headers": {"api_key": "\udcff" * 4}},
            "no account has the api_key '\\udcff\\udcff\\udcff...' (length 4)",
        ),
    ],
)
async def test_an_unknown_key_is_not_found_anywhere(wire, options, message):
    """A key that nobody has is a 404 on every route but that which makes it, never another account's answer."""
    for method, path in ALL:
        if (method, path) == ("POST", "/sandboxes"):
            continue
        if "headers" in options:
            key = options["headers"]["api_key"].encode("utf-8", "surrogateescape")
            answer = await wire.raw(
                f"{method} {target(path)} HTTP/1.1\r\nHost: x\r\napi_key: ".encode() + key + b"\r\n\r\n"
            )
        else:
            answer = await wire.call(method, target(path), **options)
        refused = {"status": "failed", "message": message}
        assert (method, path, answer.status, answer.json) == (method, path, 404, refused)


async def test_an_unknown_query_field_is_named(wire):
    """A mistyped query field is a 400 that lists the known ones, and changes nothing, on every route."""
    await wire.send()
    for route in ROUTES:
        known = ", ".join((*route.query, "api_key", "sandbox"))
        answer = await wire.call(route.method, f"{target(route.path)}?balanse=5")
        said = f"unknown query field 'balanse'; there are: {known}"
        assert (route.path, answer.status, answer.json["message"]) == (route.path, 400, said)
    assert (await wire.get("faxes"))["faxes"][0]["fax_job_id"] == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"balanse": 5}', "Object contains unknown field `balanse`"),
        (b"[1]", "Expected `object`, got `array`"),
        (b'"text"', "Expected `object`, got `str`"),
        (b"by=15m", "JSON is malformed: invalid character (byte 0)"),
        (b'{"api_key": "f@x2r0ckkz"', "Input data was truncated"),
    ],
)
async def test_a_body_that_is_not_understood_is_refused_and_changes_nothing(wire, body, problem):
    """An unknown field, a wrong type or no JSON is a 400 that names the problem and the fields there are."""
    await wire.send()
    for method, path in writing():
        if (method, path) in OWN_WORDS:
            continue
        answer = await wire.call(method, target(path), data=body)
        fields = FIELDS.get(f"{method} {path}") or FIELDS.get(path, "api_key")
        refused = {
            "status": "failed",
            "message": f"the body is wrong: {problem}; its fields are: {fields}",
        }
        assert (method, path, answer.status, answer.json) == (method, path, 400, refused)
    assert (await wire.get("faxes"))["faxes"][0]["status"] == "executed"


async def test_json_is_read_whatever_its_content_type(wire):
    """`curl -d '{"by": "30s"}'` says form content type and means JSON."""
    answer = await wire.call(
        "POST",
        "/_fakefax/clock/advance",
        data='{"by": "30s"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status, answer.json["now"]) == (200, "2026-01-05T09:00:30Z")


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (b"", b" " * (1024 * 1024 + 1), 413),
        (b"Content-Encoding: gzip\r\n", b"garbage", 400),
    ],
    ids=["over 1 MiB", "gzip that is none"],
)
async def test_a_body_that_cannot_be_taken_is_an_error_in_the_one_shape(wire, head, body, status):
    """Too much, or broken on its way: JSON with `status` and `message`, and no failure of fakefax."""
    answer = await wire.raw(
        b"PATCH /_fakefax/account HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body)
    )
    assert answer.status == status
    assert list(answer.json) == ["status", "message"]
    assert answer.headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/journal"), ("GET", "/events"), ("POST", "/reset")])
async def test_a_web_page_of_another_site_is_kept_out(wire, method, path, headers):
    """A page open in the reader's browser can neither read nor steer the fake."""
    await wire.send()
    answer = await wire.call(method, target(path), headers=headers)
    assert answer.status == 403
    assert answer.json["message"].startswith("fakefax takes no requests from pages of other sites")
    assert len((await wire.get("faxes"))["faxes"]) == 1


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin", "Origin": "{url}"}, {"Origin": "{url}"}],
)
async def test_a_page_of_fakefax_itself_is_let_in(wire, headers):
    """A request from the same origin, or typed into the address bar, is served."""
    headers = {name: value.format(url=wire.url) for name, value in headers.items()}
    assert (await wire.call("GET", "/_fakefax/account", headers=headers)).status == 200


async def test_a_value_of_the_wrong_kind_is_named(wire):
    """A value that a field cannot have is a 400 with the field, the value and what would be right."""
    for method, path in writing():
        if (method, path) in OWN_WORDS:
            continue
        answer = await wire.call(method, target(path), data=b'{"api_key": 5}')
        assert (path, answer.status, answer.json["message"]) == (path, 400, "api_key: 5 is not text")
        unfinished = await wire.call(method, target(path), data=b'{"api_key": 5')
        assert unfinished.json["message"].startswith(
            "the body is wrong: Expected `str`, got `int` - at `$.api_key`"
        )


@pytest.mark.parametrize("path", ["clock", "clock?balanse=5", "faxes/999", "journal?after=x"])
async def test_every_answer_ends_its_line(wire, path):
    """A refusal too leaves the prompt of a person with curl a line of its own."""
    body = (await wire.call("GET", f"/_fakefax/{path}")).body
    assert (body.count(b"\n"), body[-2:]) == (1, b"}\n")


async def test_an_empty_key_is_not_the_first_account():
    """An unset variable in a script must not steer somebody else's sandbox."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        answer = await wire.call("GET", "/_fakefax/account?api_key=")
        assert (answer.status, answer.json["message"]) == (
            400,
            "the api_key is empty; leave it out to mean the first account",
        )


async def test_a_refused_request_leaves_a_trace():
    """A request that steers nothing because it is wrong is in the journal of the sandbox it meant."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        await wire.call("PATCH", "/_fakefax/clock?api_key=other", json={"rat": 5})
        entry = (await wire.get("journal?kind=control"))["entries"][-1]
        assert (entry["kind"], entry["api_key"]) == ("control.refused", "other")
        assert entry["message"].startswith("PATCH /_fakefax/clock: 400 the body is wrong: ")


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("incoming-faxes", {"pages": 0}, "pages: 0 is not a whole number from 1 to 500"),
        ("incoming-faxes", {"pages": "two"}, "pages: 'two' is not a whole number from 1 to 500"),
        ("incoming-faxes", {"text": ""}, "text: '' is not text of at least one character"),
        ("incoming-faxes", {"from": ""}, "from: '' is not text of 1 to 64 characters"),
        ("incoming-faxes", {"document": "?"}, "document: '?' is not a file in base64"),
        ("wait", {"for": {"kind": "fax"}, "after": -1}, "after: -1 is not a whole number of at least 0"),
        ("sandboxes", {"callback_url": 5}, "callback_url: 5 is not text or null"),
        ("clock/advance", {"to": "noon"}, "to: 'noon' is not a time such as 2026-01-05T09:00:00Z"),
    ],
)
async def test_a_value_out_of_range_is_reported_with_its_range(wire, path, body, message):
    """The message gives the range in words, without the names of types."""
    answer = await wire.call("POST", f"/_fakefax/{path}", json=body)
    assert (answer.status, answer.json["message"]) == (400, message)


LISTS = "GET /_fakefax/openapi.json lists what there is"


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        (
            "POST",
            "/rules/fax",
            404,
            "there is nothing at /_fakefax/rules/fax; did you mean /_fakefax/rules/faxes?",
        ),
        (
            "GET",
            "/fax/200",
            404,
            "there is nothing at /_fakefax/fax/200; did you mean /_fakefax/faxes/{fax_job_id}?",
        ),
        ("GET", "/", 404, f"there is nothing at /_fakefax/; {LISTS}"),
        ("GET", "", 404, f"there is nothing at /_fakefax; {LISTS}"),
        ("GET", "/%ff", 404, f"there is nothing at /_fakefax/%ff; {LISTS}"),
        ("GET", "/clock/advance", 405, "/_fakefax/clock/advance takes POST"),
    ],
)
async def test_a_wrong_path_says_what_was_meant(method, path, status, message):
    """The message, the reason and the journal of the key's sandbox name the path, and the one that was meant."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        answer = await wire.call(method, f"/_fakefax{path}?api_key=other")
        assert (answer.status, answer.json) == (status, {"status": "failed", "message": message})
        assert (answer.reason, answer.body[-2:]) == (message, b"}\n")
        entry = (await wire.get("journal?kind=control.refused"))["entries"][-1]
        assert (entry["api_key"], entry["detail"]["message"]) == ("other", message)
        assert (await wire.get("verdict"))["findings"] == []
