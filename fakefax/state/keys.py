"""Other api_keys in a snapshot: masks in place of the keys, or the keys of the sandbox that it is put into.

A mask is `<key 1>`, by the order of the accounts. No key looks like that, since none has a blank in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from fakefax.sandbox.keys import SHORTEST_SECRET, Keys
from fakefax.sandbox.sandbox import Sandbox
from fakefax.state import records as r

MASK = re.compile(r"<key [1-9][0-9]*>")

_KEYED = {
    "accounts": ("api_key", "ledger"),
    "ledgers": ("ledger",),
    "ledger_entries": ("ledger",),
    **dict.fromkeys(
        ("documents", "faxes", "evicted", "numbers", "received_faxes", "users", "journal"), ("api_key",)
    ),
}
"""The fields of records that are keys."""

_TEXTS = {
    "accounts": ("callback_url", "received_fax_url"),
    "attempts": ("url",),
    "deliveries": ("url",),
    "exchanges": ("head",),
    "journal": ("detail",),
}
"""The fields that may have a key somewhere in their text."""


def masks(snapshot: r.Snapshot) -> dict[str, str]:
    """The replacement for each key of a snapshot where keys are not to be seen."""
    return {account.api_key: f"<key {number}>" for number, account in enumerate(snapshot.accounts, 1)}


def key_names(snapshot: r.Snapshot, sandbox: Sandbox, api_key: str, keys: Keys[Sandbox]) -> dict[str, str]:
    """Which key stands for each of the snapshot's in a sandbox, whose caller goes on with `api_key`.

    A snapshot that has this key keeps all of its own, as far as no other sandbox has them. Any other takes the keys
    of the sandbox, in their order, and new ones when it has no more.
    """
    written = [account.api_key for account in snapshot.accounts]
    if api_key in written:
        return {key: key if _is_free(key, sandbox, keys) else keys.fresh() for key in written}
    own = list(sandbox.accounts)
    if api_key not in own[: len(written)]:
        own = [api_key, *(key for key in own if key != api_key)]
    return dict(zip(written, [*own, *(keys.fresh() for _ in written[len(own) :])], strict=False))


def _is_free(api_key: str, sandbox: Sandbox, keys: Keys[Sandbox]) -> bool:
    found = keys.find(api_key)
    return found is None or found[0] is sandbox


def rekeyed(snapshot: r.Snapshot, names: Mapping[str, str]) -> r.Snapshot:
    """The snapshot with each key that `names` has changed; what does not change is shared, not copied."""
    if all(key == name for key, name in names.items()):
        return snapshot
    changed: dict[str, Any] = {
        section: [_with_keys(record, fields, names) for record in getattr(snapshot, section)]
        for section, fields in _KEYED.items()
    }
    swap = _Swap(names)
    for section, fields in _TEXTS.items():
        records = changed.get(section, getattr(snapshot, section))
        changed[section] = [_in_fields(record, fields, swap) for record in records]
    changed["rules"] = [_rule(rule, names) for rule in snapshot.rules]
    changed["scenario"] = scenario_rekeyed(snapshot.scenario, names, swap)
    return replace(snapshot, **changed)


def without_keys(snapshot: r.Snapshot, mask: Callable[[str], str]) -> r.Snapshot:
    """The snapshot with `mask` over what was posted and reported: that may quote the keys of other sandboxes."""
    changed = {
        section: [_in_fields(record, fields, mask) for record in getattr(snapshot, section)]
        for section, fields in _TEXTS.items()
        if section != "accounts"
    }
    return replace(snapshot, **changed)


def _in_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A text, or any data with texts in it, with each text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _in_texts(item, change) for name, item in value.items()}
    return [_in_texts(item, change) for item in value] if isinstance(value, list) else value


def _in_fields(record: Any, fields: Sequence[str], change: Callable[[str], str]) -> Any:
    return replace(record, **{name: _in_texts(getattr(record, name), change) for name in fields})


def _with_keys(record: Any, fields: Sequence[str], names: Mapping[str, str]) -> Any:
    known = {name: getattr(record, name) for name in fields}
    return replace(record, **{name: names.get(key, key) for name, key in known.items()})


def _rule(rule: r.RuleRecord, names: Mapping[str, str]) -> r.RuleRecord:
    written = None if rule.written is None else _written(rule.written, names)
    passed = {names.get(key, key): times for key, times in rule.passed.items()}
    return replace(rule, written=written, passed=passed)


def _written(rule: Any, names: Mapping[str, str]) -> Any:
    """A rule of a scenario, as data, with the key that it names changed; whatever is wrong with it stays."""
    when = rule.get("when") if isinstance(rule, dict) else None
    if not isinstance(when, dict) or not isinstance(key := when.get("api_key"), str) or key not in names:
        return rule
    return {**rule, "when": {**when, "api_key": names[key]}}


def scenario_rekeyed(scenario: dict[str, Any], names: Mapping[str, str], swap: "_Swap | None" = None) -> Any:
    """The data of a scenario with other keys; whatever is wrong with it stays."""
    swap = swap or _Swap(names)
    changed = dict(scenario)
    for section in ("faxes", "requests", "callbacks"):
        if isinstance(scenario.get(section), list | tuple):
            changed[section] = [_written(rule, names) for rule in scenario[section]]
    if isinstance(scenario.get("accounts"), list | tuple):
        changed["accounts"] = [_account(account, names, swap) for account in scenario["accounts"]]
    return changed


def _account(account: Any, names: Mapping[str, str], swap: "_Swap") -> Any:
    if not isinstance(account, dict):
        return account
    changed = {name: swap(value) if name.endswith("_url") else value for name, value in account.items()}
    key = account.get("api_key")
    return {**changed, "api_key": names[key]} if isinstance(key, str) and key in names else changed


class _Swap:
    """Changes keys inside of texts, also where a URL has them. A short one could be any word, so that it stays."""

    def __init__(self, names: Mapping[str, str]) -> None:
        long = {key: name for key, name in names.items() if len(key) >= SHORTEST_SECRET}
        quoted = {_quoted(key): name if MASK.fullmatch(name) else _quoted(name) for key, name in long.items()}
        lower = {_ESCAPE.sub(lambda found: found[0].lower(), key): name for key, name in quoted.items()}
        self._names = lower | quoted | long
        words = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
        before = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))"  # as in a URL inside of another: %3Df%40x2r0ckkz
        self._find = re.compile(rf"{before}(?:{words})(?![A-Za-z0-9])") if long else None

    def __call__(self, value: Any) -> Any:
        """A text, or any data with texts in it."""
        if self._find is None:
            return value
        find = self._find
        return _in_texts(value, lambda text: find.sub(lambda found: self._names[found[0]], text))


_ESCAPE = re.compile("%[0-9A-F]{2}")


def _quoted(key: str) -> str:
    return quote(key, safe="")
