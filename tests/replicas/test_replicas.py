"""Replicas: several servers that share nothing and yet never give out the same id or key."""

import io

import pytest

from fakefax.core.ids import Replica
from tests.api.wire import KEY, Wire, open_wire


async def ids(wire: Wire) -> dict[str, int]:
    """One id of each series that a server gives out."""
    sent = await wire.send()
    uploaded = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data={"file": io.BytesIO(b"Dear Sir")})
    (number,) = (await wire.call("GET", f"/api/v2/numbers?api_key={KEY}")).json["numbers"]
    arrived = (await wire.call("POST", "/_fakefax/incoming-faxes", json={})).json
    (fax,) = (await wire.call("GET", f"/api/v2/incoming-faxes?api_key={KEY}")).json["inbox"]
    return {
        "fax_job_id": sent["fax_job_id"],
        "document_id": uploaded.json["document_id"],
        "number": number["id"],
        "did_id": fax["did_id"],
        "incoming_fax_id": arrived["incoming_fax_id"],
    }


async def key_of_a_new_sandbox(wire: Wire) -> str:
    answer = await wire.call("POST", "/_fakefax/sandboxes", json={})
    key: str = answer.json["api_key"]
    return key


SCENARIO = f"accounts: [{{api_key: {KEY}, documents: [{{id: 10, pages: 1}}], numbers: ['+12045550100']}}]"


async def test_every_id_of_a_replica_is_one_of_its_share():
    """Offset and step count in every series of ids: faxes, documents, numbers, DIDs, received faxes."""
    async with open_wire(SCENARIO) as wire:
        alone = await ids(wire)
    for offset in range(3):
        async with open_wire(SCENARIO, share=Replica(offset, 3)) as wire:
            assert await ids(wire) == {name: first + offset for name, first in alone.items()}
            assert (await wire.send())["fax_job_id"] == alone["fax_job_id"] + offset + 3


async def test_replicas_of_one_seed_give_out_different_keys():
    """New sandboxes of two replicas never get the same key, though both draw from the same seed."""
    keys = []
    for offset in range(2):
        async with open_wire(share=Replica(offset, 2)) as wire:
            keys.append(await key_of_a_new_sandbox(wire))
    assert keys[0] != keys[1]
    assert keys[0][:24] == keys[1][:24], "else this test shows nothing"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (
            "af2e468d-9aa6-4c4a-8319-000000000001",
            "it was given out by replica 1, where the proxy should have sent it",
        ),
        (
            "af2e468d-9aa6-4c4a-8319-000000000000",
            "should another have it, the proxy must see it: in query or header",
        ),
        ("somebody-s", "should another have it, the proxy must see it: in query or header"),
    ],
)
async def test_a_replica_says_why_it_does_not_know_a_key(key, why):
    """A request at the wrong replica gets an error that says so, and where a proxy looks for the key."""
    async with open_wire(share=Replica(0, 2)) as wire:
        refused = await wire.call("GET", f"/api/v2/balance?api_key={key}")
        reported = f"no account has the api_key '{key[:3]}...' (length {len(key)}) on replica 0 of 2; {why}"
        assert (refused.status, refused.reason) == (401, reported)
        refused = await wire.call("GET", f"/_fakefax/account?api_key={key}")
        assert (refused.status, refused.json["message"]) == (404, reported)
