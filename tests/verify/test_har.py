"""`fakefax verify --har`: captured traffic is held against what is known, and nothing of it is reported."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from fakefax.cli.main import cli
from fakefax.verify.har import NoHar, held_traffic
from fakefax.verify.known import OPERATIONS, operation
from tests.api.documented import EXAMPLES

HOST = "https://fax.to/api/v2"


def entry(method: str, path: str, status: int, body: Any, **content: str) -> dict[str, Any]:
    text = content or {"text": json.dumps(body)}
    return {"request": {"method": method, "url": HOST + path}, "response": {"status": status, "content": text}}


def har(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def test_every_documented_example_is_as_known(tmp_path):
    """Each operation that answers JSON is known, and its documented example fits its shape."""
    examples = [one for one in EXAMPLES if not isinstance(one.answer, str)]
    entries = [entry(one.method, one.target, 200, one.answer) for one in examples]
    held = list(held_traffic(har(tmp_path, *entries)))
    assert [(one.request, one.details) for one in held if one.result != "same"] == []
    known = [operation(one.method, urlsplit(one.target).path) for one in examples]
    assert [one.path for one in OPERATIONS if one not in known] == []


def test_differences_are_reported_and_private_things_are_not(tmp_path):
    """Type, missing key, order and status; the output has no key, number or text of the traffic."""
    path = har(
        tmp_path,
        entry("GET", "/balance?api_key=s3cret", 200, {"status": "success", "balance": "7.5"}),
        entry("POST", "/fax", 200, {"cost": 0.15, "status": "executed", "fax_job_id": 7, "user_cash_balance": 1}),
        entry("GET", "/fax/4915112345678/status", 404, {"status": "failed"}),
        entry("GET", "/countries", 302, None),
        entry("GET", "/balance", 200, None, text=b64encode(b'{"status":"success","balance":1}').decode(),
              encoding="base64"),
        entry("GET", "/elsewhere", 200, {}),
        {"no": "request"},
    )  # fmt: skip
    result = CliRunner().invoke(cli, ["verify", "--har", str(path)])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "differs    1: GET /balance",
        "           answer.balance is text, not money",
        "differs    2: POST /fax",
        "           answer has the keys in the order cost, status, fax_job_id, user_cash_balance",
        "differs    3: GET /fax/*/status",
        "           answer.message is missing",
        "differs    4: GET /countries",
        "           status 302, neither 200 nor an error",
        "same       5: GET /balance",
        "not tried  6: GET",
        "           no operation that is known",
        "not tried  7: ?",
        "           the entry has no request and response as HAR 1.2 has them",
    ]


@pytest.mark.parametrize(
    "content", [None, b"no JSON", b"[]", b'{"log": 7}', b"\xff\xfe", b'{"log": {"entries": 1}}']
)
def test_a_file_that_is_not_har_is_refused(tmp_path, content):
    """The error names the file, and exit status 2 says that it has to be corrected."""
    path = tmp_path / "traffic.har"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NoHar, match=r"traffic\.har: "):
        list(held_traffic(path))
    assert CliRunner().invoke(cli, ["verify", "--har", str(path)]).exit_code == 2
