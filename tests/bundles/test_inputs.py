"""The inputs of a sandbox are recorded in their order, without secrets, and bounded."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from fakefax.bundles.journals import first_difference
from fakefax.bundles.replay import CannotReplay, Replay
from fakefax.sandbox import recording as limits
from tests.api.wire import NOT_NOW, OK, Receiver
from tests.bundles.conftest import recording


async def again(bundle: dict[str, Any]) -> dict[str, Any]:
    async with Replay(bundle) as replay:
        return (await replay.run()).bundle


async def test_a_program_that_sends_while_it_is_called_back():
    """Requests inside of an advance come at their times: between an attempt and its answer."""
    sent: list[bytes] = []

    async def answer(request: bytes) -> bytes:
        sent.append(request)
        if len(sent) == 2:
            await fakefax.send("+4420123456")
        return OK if len(sent) > 2 else NOT_NOW

    async with Receiver(answer).listening() as receiver, recording(callback_url=receiver.url) as fakefax:
        await fakefax.send()
        await fakefax.advance("2h")
        bundle = await fakefax.bundle()
    assert [fax["fax_job_id"] for fax in bundle["outcome"]["faxes"]] == [200, 201]
    assert first_difference(bundle, await again(bundle)) is None


async def test_replies_that_come_only_later():
    """A request that waits for simulated time is under way while the clock is advanced, in a replay too."""
    async with recording() as fakefax:
        rule = {"when": {"operation": "send_fax"}, "then": {"delay": "10m"}, "times": 1}
        await fakefax.control("POST", "/rules/requests", rule)
        waiting = asyncio.create_task(fakefax.send())
        while not (await fakefax.control("GET", "/clock"))["pending"]:
            pass
        await fakefax.advance("1h")
        assert (await waiting).status == 200
        bundle = await fakefax.bundle()
    assert [name for item in bundle["inputs"] for name in item if name == "done"] != []
    assert first_difference(bundle, await again(bundle)) is None


def test_overlapping_requests_stand_in_the_order_of_their_ends():
    """From the first input on: requests that overlap each other are moved; what else happened meanwhile is not."""
    recorded = limits.Recording()
    with recorded.noting("request", {"name": "first"}), recorded.noting("request", {"name": "second"}):
        pass
    with recorded.noting("request", {"name": "third"}), recorded.noting("control", {"name": "inside"}):
        pass
    assert [item.get("request") or item.get("control") or item["done"] for item in recorded.inputs] == [
        {"name": "second"},
        {"name": "first"},
        {"name": "third"},
        {"name": "inside"},
        3,
    ]


async def test_users_files_and_resets():
    """Keys that were drawn, files that were uploaded, received faxes and a reset happen again as they did."""
    async with recording() as fakefax:
        form = {"email": "a@example.com", "password": "correct horse battery", "api_key": fakefax.key}
        made = await fakefax.wire.call("POST", "/api/v2/user", data=form)
        assert made.status == 200, made
        login = await fakefax.wire.call("POST", "/api/v2/user/login", data={**form, "password": "wrong horse"})
        assert login.status != 200
        upload = aiohttp.FormData({"api_key": fakefax.key})
        upload.add_field("file", b"some text", filename="a.txt", content_type="text/plain")
        assert (await fakefax.wire.call("POST", "/api/v2/files", data=upload)).status == 200
        await fakefax.control("POST", "/incoming-faxes", {"from": "+4420123456", "pages": 1})
        await fakefax.advance("1h")
        await fakefax.control("POST", "/reset")
        await fakefax.send()
        await fakefax.advance("1h")
        bundle = await fakefax.bundle()
    text = json.dumps(bundle)
    for secret in ("horse", fakefax.key, made.json.get("api_key") or "no key"):
        assert secret not in text
    assert first_difference(bundle, await again(bundle)) is None


async def test_secrets_of_urls_and_answers_are_masked():
    """Passwords and tokens of callback URLs are in no part of a bundle; it can still be replayed."""
    url = "http://user:hunter22@127.0.0.1:9/hook?token=s3cr3tt0ken"
    async with recording() as fakefax:
        await fakefax.control("PATCH", "/account", {"callback_url": url})
        await fakefax.send()
        await fakefax.advance("1m")
        bundle = await fakefax.bundle()
    text = json.dumps(bundle)
    assert "hunter22" not in text
    assert "s3cr3tt0ken" not in text
    assert first_difference(bundle, await again(bundle)) is None


async def test_a_clock_that_flows():
    """Moments of real time cannot come again: kinds, faxes and sentences do, in their order."""

    async def answer(_: bytes) -> bytes:
        return OK

    async with Receiver(answer).listening() as receiver, recording(rate=600, callback_url=receiver.url) as fakefax:
        await fakefax.send()
        while not (await fakefax.control("GET", "/journal?kind=receipt.acknowledged"))["entries"]:
            pass
        bundle = await fakefax.bundle()
    async with Replay(bundle) as replay:
        assert replay.flows
        assert first_difference(bundle, (await replay.run()).bundle, times=False) is None


async def test_a_recording_has_an_end(monkeypatch):
    """Its memory is bounded: what does not fit is not kept, and a replay says so."""
    monkeypatch.setattr(limits, "MOST_INPUTS", 3)
    async with recording() as fakefax:
        for _ in range(5):
            await fakefax.send()
        bundle = await fakefax.bundle()
    assert not bundle["whole"]
    assert len(bundle["inputs"]) == 3
    with pytest.raises(CannotReplay, match="the first 3 inputs"):
        Replay(bundle)


async def test_a_snapshot_that_is_put_in_force():
    """A restored snapshot is an input like any other; the key of the sandbox that it comes from is masked too."""
    async with recording() as fakefax:
        await fakefax.send("+15005550002")
        saved = await fakefax.control("GET", "/snapshot?keys=true")
        made = await fakefax.wire.call("POST", "/_fakefax/sandboxes", json={"rate": 0, "record": True})
        other = fakefax.key
        fakefax.key = made.json["api_key"]
        await fakefax.send()
        await fakefax.advance("2h")
        await fakefax.control("PUT", "/snapshot", saved)
        await fakefax.advance("2h")
        bundle = await fakefax.bundle()
    assert other in str(saved)
    assert other not in json.dumps(bundle)
    assert first_difference(bundle, await again(bundle)) is None


async def test_a_recording_has_an_end_in_bytes_too(monkeypatch):
    """Large inputs end a recording before their number does."""
    monkeypatch.setattr(limits, "MOST_BYTES", 3000)
    async with recording() as fakefax:
        for number in range(10):
            await fakefax.send(f"+1{'5' * 10}{number}")
        bundle = await fakefax.bundle()
    assert not bundle["whole"]
    assert 0 < len(bundle["inputs"]) < 10


async def test_ids_of_a_busy_server_are_drawn_again():
    """Another sandbox has sent and received before: the replay gives the same ids, not the first ones."""
    async with recording() as fakefax:
        recorded = fakefax.key
        fakefax.key = "f@x2r0ckkz"
        for _ in range(3):
            await fakefax.send()
            await fakefax.control("POST", "/incoming-faxes", {"text": "earlier"})
        fakefax.key = recorded
        await fakefax.send()
        mine = await fakefax.control("POST", "/incoming-faxes", {"text": "Your order"})
        await fakefax.advance("1h")
        bundle = await fakefax.bundle()
    assert bundle["drawn"]["incoming"] == [mine["incoming_fax_id"]]
    assert first_difference(bundle, await again(bundle)) is None


async def test_a_recorded_sandbox_gives_no_id_of_a_snapshot_again():
    """After a snapshot was put in force, the next fax has an id that the snapshot does not have."""
    async with recording() as fakefax:
        for _ in range(3):
            await fakefax.send()
        saved = await fakefax.control("GET", "/snapshot")
    async with recording() as fakefax:
        await fakefax.control("PUT", "/snapshot", saved)
        await fakefax.send()
        ids = [fax["fax_job_id"] for fax in (await fakefax.control("GET", "/faxes"))["faxes"]]
    assert len(set(ids)) == len(ids) == 4


async def test_a_bundle_has_the_scenario_that_it_began_with():
    """A scenario that is put in force later is an input, and so is the reset that goes with it."""
    async with recording() as fakefax:
        await fakefax.send()
        await fakefax.control("PUT", "/scenario", {"description": "another one", "clock": {"rate": 0}})
        await fakefax.send()
        bundle = await fakefax.bundle()
    assert bundle["scenario"].get("description") != "another one"
    assert bundle["start"] == "2026-01-05T09:00:00Z"
    assert first_difference(bundle, await again(bundle)) is None


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_secrets_in_json_are_masked(content_type):
    """A password or a token in a JSON body is replaced by a word, whatever the body says of its type."""
    async with recording() as fakefax:
        body = json.dumps({"by": "1m", "password": "hunter2", "access_token": "tell-nobody"}).encode()
        headers = {"api_key": fakefax.key, "Content-Type": content_type}
        answer = await fakefax.wire.call("POST", "/_fakefax/clock/advance", data=body, headers=headers)
        assert answer.status == 400
        bundle = await fakefax.bundle()
    (asked,) = [item["control"] for item in bundle["inputs"] if "control" in item]
    assert json.loads(asked["body"]["text"]) == {"by": "1m", "password": "masked-1", "access_token": "masked-2"}
