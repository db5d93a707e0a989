"""Two journals of the same run: equal to the byte, or where and how they differ."""

import json

from msgspec.json import encode

from fakefax.bundles.injected import Bundle


def first_difference(then: Bundle, now: Bundle, *, times: bool = True) -> str | None:
    """Where and how two journals differ, to the byte, if they do. Without `times` those do not count."""
    before, after = (_entries(bundle, times=times) for bundle in (then, now))
    for old, new in zip(before, after, strict=False):
        if old == new:
            continue
        was, is_ = json.loads(old), json.loads(new)
        names = [name for name in was if was.get(name) != is_.get(name)]
        changes = "; ".join(f"{name} was {_short(was[name])}, and is {_short(is_.get(name))}" for name in names[:3])
        return f"entry {was['seq']} is another one: {changes or 'its fields have another order'}"
    if len(before) != len(after):
        more, which = (before, "is not there") if len(before) > len(after) else (after, "is new")
        entry = json.loads(more[min(len(before), len(after))])
        return f"entry {entry['seq']} {which}: {entry['message']}"
    return None


def _entries(bundle: Bundle, *, times: bool) -> list[bytes]:
    entries = bundle["outcome"]["journal"]
    if times:
        return [encode(entry) for entry in entries]
    kept = [
        {name: entry[name] for name in ("seq", "kind", "fax_job_id", "message")}
        for entry in entries
        if not entry["kind"].startswith("clock.")
    ]
    return [encode({**entry, "seq": number}) for number, entry in enumerate(kept, 1)]


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
