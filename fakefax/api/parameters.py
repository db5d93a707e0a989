"""The parameters of a request as its entry in the journal tells them: masked, bounded, and only when asked for."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from fakefax.api.params import Params
from fakefax.values.urls import MASK, masked_key

MOST = 40
"""Parameters that are kept of one request."""

LONGEST = 200
"""Characters that are kept of a value, and of a name."""

PASSWORDS = ("password", "passwd", "secret", "token")
"""Parts of names whose values are not told at all."""

KEYS = ("api_key", "apikey", "key")

Told = Callable[[], dict[str, str]]


def told_of(params: Params, path: Mapping[str, str], mask: Callable[[str], str]) -> Told:
    """What tells the parameters, those of the path too. Nothing is done before that but to cut what is large.

    `mask` masks keys and what URLs should not show.
    """
    values = params.values
    for name, value in values.items():
        if type(value) is not str or len(value) > LONGEST or len(name) > LONGEST:
            values = _cut(values)
            break
    if len(values) > MOST:
        values = dict(list(values.items())[:MOST])
    if params.files:
        values = {**values, **_files(params)}
    return partial(_told, values, path, mask)


def _cut(values: Mapping[str, Any]) -> dict[str, str]:
    return {_short(name): _short(_text(value)) for name, value in values.items()}


def _files(params: Params) -> dict[str, str]:
    return {
        _short(name): f"{_short(file.filename)}, {len(file.content)} bytes"
        for name, file in list(params.files.items())[:MOST]
    }


def _told(values: Mapping[str, str], path: Mapping[str, str], mask: Callable[[str], str]) -> dict[str, str]:
    return {_sound(name): _masked(name, _sound(value), mask) for name, value in {**values, **path}.items()}


def _masked(name: str, value: str, mask: Callable[[str], str]) -> str:
    plain = name.lower()
    if any(part in plain for part in PASSWORDS):
        return MASK
    return masked_key(value) if plain in KEYS else mask(value)


def _sound(text: str) -> str:
    """A text as JSON can carry it, whatever bytes it was sent as."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def _text(value: object) -> str:
    """A value of a JSON body as it was written."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
