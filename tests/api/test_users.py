"""Users on the wire: registered, logged in, with sub-users, and their passwords kept to themselves."""

import asyncio
import logging
import uuid
from typing import Any

import pytest

from tests.api.test_files import form, upload
from tests.api.wire import KEY, ORDER, Answer, Wire, open_wire
from tests.fidelity import assumed, documented, seen

pytestmark = pytest.mark.usefixtures("shared_pool")

BASES = ("/api/v2", "/api/v1")
ME = {"email": "me@example.com", "password": "Tr0ub4dor&3"}


async def post(wire: Wire, path: str, fields: dict[str, Any], base: str = "/api/v2") -> Answer:
    return await wire.call("POST", f"{base}/{path}", data=fields)


async def key_of(wire: Wire, path: str = "user", **fields: str) -> str:
    """The key that an operation on users answers; it must be a success."""
    answer = await post(wire, path, ME | fields)
    assert answer.status == 200, answer
    return str(answer.json["api_key"])


@pytest.mark.parametrize("base", BASES)
@documented("POST `/user`, `/user/login` and `/subuser` answer `status` success and an `api_key` in UUID form.")
async def test_a_user_registers_and_logs_in(wire, base):
    """Without a key one registers, gets a key, and gets the same key by logging in."""
    registered = await post(wire, "user", ME, base)
    assert list(registered.json) == ["status", "api_key"]
    assert registered.json["status"] == "success"
    assert str(uuid.UUID(registered.json["api_key"])) == registered.json["api_key"]
    logged_in = await post(wire, "user/login", ME | {"email": "ME@Example.com"}, base)
    assert logged_in.body == registered.body
    subuser = await post(wire, "subuser", {"email": "sub@example.com", "api_key": KEY}, base)
    assert list(subuser.json) == ["status", "api_key"]
    assert subuser.json["api_key"] != registered.json["api_key"]


async def test_a_user_has_documents_history_and_balance_of_its_own(wire):
    """Nothing of another account is seen with a new user's key, and nothing of the user's with another."""
    key = await key_of(wire)
    await wire.send()
    await upload(wire)
    for path in ("files", "fax-history"):
        answer = await wire.call("GET", f"/api/v2/{path}?api_key={key}")
        assert answer.json in ([], {"status": "success", "history": []})
    assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).body == b'{"status":"success","balance":0}'
    refused = await post(wire, "fax", ORDER | {"api_key": key})
    assert (refused.status, refused.json["message"]) == (400, "Document not found")
    own = await wire.call("POST", f"/api/v2/files?api_key={key}", data={"AddRemoteFile": "ftp://x/"})
    assert own.status == 400


@assumed("A new user's balance is 0.", switch="users.balance")
async def test_a_new_user_may_have_a_balance():
    """users.balance is what a new user can spend, exactly."""
    async with open_wire("users: {balance: 12.34}") as wire:
        key = await key_of(wire)
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).json["balance"] == 12.34
    async with open_wire() as wire:
        key = await key_of(wire)
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).json["balance"] == 0


async def fax_of_its_own(wire: Wire, key: str) -> Answer:
    """Upload a page and fax it with a key."""
    document = await wire.call("POST", f"/api/v1/files?api_key={key}", data=form(b"hello", "a.txt"))
    assert document.status == 200, document
    return await post(wire, "fax", ORDER | {"api_key": key, "document_id": str(document.json["document_id"])})


@assumed("A sub-user spends its parent's balance, and has its callback URLs.", switch="users.subuser_balance")
async def test_a_subuser_shares_the_balance_of_its_parent(wire):
    """A sub-user's faxes are charged to the parent's ledger; the audit of either holds over both."""
    await wire.patch(
        "account", {"callback_url": "http://127.0.0.1:9/", "received_fax_url": "http://127.0.0.1:9/in"}
    )
    key = await key_of(wire, "subuser", api_key=KEY)
    answer = await fax_of_its_own(wire, key)
    assert answer.body == b'{"status":"executed","fax_job_id":200,"user_cash_balance":99.85,"cost":0.15}'
    await wire.send()
    for api_key in (key, KEY):
        assert (await wire.call("GET", f"/api/v2/balance?api_key={api_key}")).json["balance"] == 99.7
        assert (await wire.get(f"audit?api_key={api_key}"))["ok"]
    urls = await wire.get(f"account?api_key={key}")
    assert (urls["callback_url"], urls["received_fax_url"]) == ("http://127.0.0.1:9/", "http://127.0.0.1:9/in")
    history = await wire.call("GET", f"/api/v2/fax-history?api_key={key}")
    assert [row["id"] for row in history.json["history"]] == [200]
    assert (await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")).status == 404


async def test_a_subuser_is_that_of_the_key():
    """Whoever makes a sub-user shares with it; an empty password is none."""
    async with open_wire("accounts: [{api_key: one}, {api_key: two, balance: 7}]") as wire:
        key = await key_of(wire, "subuser", api_key="two", password="")
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).json["balance"] == 7
        assert (await post(wire, "user/login", ME | {"password": "x"})).status == 400
        uploaded = await wire.call("POST", f"/api/v2/files?api_key={key}", data=form(b"hello", "a.txt"))
        assert uploaded.json["document"]["user_id"] == 3


async def test_a_subuser_may_have_a_balance_of_its_own():
    """With users.subuser_balance own, a sub-user begins like any new user."""
    async with open_wire("users: {balance: 0.2, subuser_balance: own}") as wire:
        key = await key_of(wire, "subuser", api_key=KEY)
        assert (await fax_of_its_own(wire, key)).json["user_cash_balance"] == 0.05
        assert (await fax_of_its_own(wire, key)).json["message"] == "Insufficient balance"
        assert (await wire.get("account"))["balance"] == 100


async def test_the_longest_email_and_password_are_taken(wire):
    """An address of 254 characters and a password of 1024: one more is refused."""
    me = {"email": "A@" + "B" * 252, "password": "x" * 1024}
    key = await key_of(wire, **me)
    assert (await post(wire, "user/login", me | {"email": me["email"].lower()})).json["api_key"] == key


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("user", {"password": "x"}, "The email field is required"),
        ("user", ME | {"email": "ME@example.com"}, "The email has already been taken"),
        ("subuser", ME | {"api_key": KEY}, "The email has already been taken"),
        ("user", ME | {"email": "me"}, "The email is invalid"),
        ("user", ME | {"email": "a b@c"}, "The email is invalid"),
        ("user", ME | {"email": "a@" + "b" * 253}, "The email is invalid"),
        ("user", ME | {"password": "x" * 1025}, "The password is invalid"),
        ("user/login", {"email": "me@example.com"}, "The password field is required"),
        ("subuser", {"api_key": KEY}, "The email field is required"),
    ],
)
@documented("A missing field and a taken e-mail are answered with 400.")
async def test_a_missing_or_taken_value_is_refused(wire, path, fields, message):
    """400 with what is wrong; no account comes of it."""
    await key_of(wire)
    before = len((await wire.get("journal?kind=account"))["entries"])
    answer = await post(wire, path, fields)
    assert (answer.status, answer.json) == (400, {"status": "failed", "message": message})
    assert len((await wire.get("journal?kind=account"))["entries"]) == before


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    "wrong", [{"password": "tr0ub4dor&3"}, {"email": "you@example.com"}, {"email": "sub@example.com"}]
)
@seen("The SDKs' description declares 400 for a wrong login.", switch="users.wrong_login_status")
async def test_a_wrong_login_is_refused(status, wrong):
    """A wrong password, an unknown email, a sub-user without a password: one message for all."""
    async with open_wire(f"users: {{wrong_login_status: {status}}}") as wire:
        await key_of(wire)
        await post(wire, "subuser", {"email": "sub@example.com", "api_key": KEY})
        answer = await post(wire, "user/login", ME | wrong)
    assert answer.status == status
    assert answer.json == {"status": "failed", "message": "These credentials do not match our records"}


async def test_a_password_is_shown_nowhere(wire, caplog):
    """Not in the journal, the log or a refusal, whatever is done with it and in whatever form it comes."""
    caplog.set_level(logging.DEBUG)
    await key_of(wire)
    answers = [
        await post(wire, "user/login", ME),
        await post(wire, "user/login", ME | {"email": "you@example.com"}),
        await post(wire, "user", ME),
        await wire.call("POST", "/api/v2/user", json={"email": "a@b", "password": [ME["password"]]}),
        await wire.call("POST", "/api/v2/user", json={"email": "a@b", "password": ME["password"] * 200}),
    ]
    shown = [repr(answer) for answer in answers] + [repr(await wire.get("journal")), caplog.text]
    kept = repr([vars_of(user) for user in wire.server.sandbox.users._by_email.values()])
    assert not [text for text in (*shown, kept) if ME["password"] in text]


def vars_of(user: Any) -> list[object]:
    return [getattr(user, name) for name in user.__slots__]


async def test_one_of_many_gets_an_email(wire):
    """When the same email is registered many times at once, one succeeds and the others are refused."""
    answers = await asyncio.gather(*(post(wire, "user", ME) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400, 400]


async def test_users_belong_to_the_sandbox_they_registered_in(wire):
    """With a key they register in that key's sandbox; a reset takes them away."""
    other = (await wire.call("POST", "/_fakefax/sandboxes", json={})).json["api_key"]
    key = await key_of(wire, api_key=other)
    assert (await post(wire, "user/login", ME)).status == 400
    assert (await post(wire, "user/login", ME | {"api_key": other})).json["api_key"] == key
    by_header = await wire.call("POST", "/api/v2/user/login", data=ME, headers={"api_key": other})
    assert by_header.json["api_key"] == key
    await wire.call("POST", f"/_fakefax/reset?api_key={other}")
    assert (await post(wire, "user/login", ME | {"api_key": other})).status == 400
    assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).status == 401


async def test_a_seed_gives_the_same_keys_again():
    """Two runs of one story give their users the same keys."""
    keys = []
    for _ in range(2):
        async with open_wire("seed: 7") as wire:
            keys.append(await key_of(wire))
    assert keys[0] == keys[1]
