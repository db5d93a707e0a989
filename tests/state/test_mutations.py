"""A mutated snapshot is refused with its problems, or it works; fakefax itself never fails."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.wire import KEY, open_wire
from tests.thorough import examples

TEXT = (Path(__file__).parent / "golden" / "format-1.json").read_text(encoding="utf-8")
DATA = json.loads(TEXT)

LOOKS = (
    "journal",
    "faxes?detail=true",
    "audit",
    "verdict",
    "clock",
    "ledger",
    "account",
    "rules",
    "incoming-faxes",
)
"""The views that are compared afterwards."""

VALUES: list[Any] = [
    *(None, True, 0, 1, -1, 7, 200, 2**53, 10**20, 0.5, "", "x", "r1", "0.15", "ok", "pending", "receipt", "NaN"),
    *("2026-01-05T09:00:00Z", "0001-01-01T00:00:00Z", "8999-12-31T23:59:59Z", "PT1S", "P999999D", KEY, "<key 1>"),
    *([], {}, [1], {"x": 1}, {"amount": "1"}, {"time": "2026-01-05T09:00:00Z"}, {"span": "PT1S"}),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document, apart from the many rules of its scenario."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if path != ("scenario",) or key not in ("faxes", "requests", "callbacks"):
            found += places(item, (*path, key))
    return found


PLACES = places(DATA)

mutations = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from(["replace", "delete", "double"]),
        st.one_of(st.sampled_from(VALUES), st.sampled_from(PLACES).map(lambda path: at(DATA, path))),
    ),
    min_size=1,
    max_size=3,
)


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def mutated(changes: list[tuple[tuple[Any, ...], str, Any]]) -> str:
    data = deepcopy(DATA)
    for path, how, value in changes:
        try:
            place = at(data, path[:-1])
            if how == "replace":
                place[path[-1]] = deepcopy(value)
            elif how == "delete":
                del place[path[-1]]
            elif isinstance(place, list):
                place.append(deepcopy(place[path[-1]]))
        except (KeyError, IndexError, TypeError):
            pass  # an earlier change has taken the place away
    return json.dumps(data)


@settings(max_examples=examples(20), deadline=None)
@given(mutations)
def test_a_changed_snapshot_is_refused_or_works(changes: list[tuple[tuple[Any, ...], str, Any]]):
    """No answer is a 500: not that to the snapshot, nor any that follows once it was taken."""

    async def reported() -> None:
        async with open_wire() as wire:
            answer = await wire.call("PUT", "/_fakefax/snapshot?rate=0", data=mutated(changes).encode())
            assert answer.status in (200, 400, 413), answer.body
            assert answer.status == 200 or answer.json["message"]
            for look in LOOKS if answer.status == 200 else ():
                seen = await wire.call("GET", f"/_fakefax/{look}")
                assert seen.status < 500, (look, seen.body)
            if answer.status == 200:
                advance = await wire.call("POST", "/_fakefax/clock/advance", json={"by": "3h", "budget": "20s"})
                assert advance.status < 500, advance.body
                sent = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&fax_number=%2B123456789&document_id=10")
                assert sent.status < 500, sent.body
                assert (await wire.call("GET", "/_fakefax/snapshot")).status == 200

    asyncio.run(reported())
