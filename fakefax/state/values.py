"""Values of other types than JSON's, as details of the journal and values of faults have them.

An amount becomes {"amount": "0.15"}, a time {"time": "2026-01-05T09:00:00Z"}, a span {"span": "PT30S"}.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from fakefax.core.faults.callback_faults import StatusShift
from fakefax.core.real_time import unpatched_datetime

_MOMENT = unpatched_datetime()
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def plain(value: object) -> object:
    """A value as JSON has it; that of a function is what it makes."""
    return value if type(value) in _AS_IT_IS else _MAKERS[type(value)](value)


def plain_values(values: Mapping[str, object]) -> dict[str, Any]:
    """Values by name, as JSON has them. It is quick, as each entry of the journal has some."""
    makers = _MAKERS
    return {
        name: value if (kind := type(value)) in _AS_IT_IS else makers[kind](value) for name, value in values.items()
    }


_span = lru_cache(msgspec.to_builtins)
"""The text of a span; most are the same few."""


def _plain_mapping(value: Any) -> object:
    mapping = {str(key): item if type(item) in _AS_IT_IS else plain(item) for key, item in value.items()}
    return {"object": mapping} if _is_marked(mapping) else mapping


def _plain_list(value: Any) -> object:
    return [item if type(item) in _AS_IT_IS else plain(item) for item in value]


class _Makers(dict[type, Callable[[Any], object]]):
    """The function that makes the plain values of a type. Another type is examined when it is first met."""

    def __missing__(self, kind: type) -> Callable[[Any], object]:
        make = self[kind] = self._of(kind)
        return make

    def _of(self, kind: type) -> Callable[[Any], object]:
        if issubclass(kind, int | float):
            return lambda number: number
        if issubclass(kind, str):
            return str
        if issubclass(kind, Mapping):
            return _plain_mapping
        base = next((known for known in self if issubclass(kind, known)), None)
        if base is not None:
            return self[base]
        if any("__call__" in each.__dict__ for each in kind.__mro__):
            return lambda make: plain(make())
        raise TypeError(f"a {kind.__name__} cannot be kept: it is not among the types of {__name__}")


_MAKERS = _Makers(
    {
        Decimal: lambda value: {"amount": str(value)},
        _MOMENT: lambda value: {"time": msgspec.to_builtins(value)},
        timedelta: lambda value: {"span": _span(value)},
        StatusShift: lambda value: {"poll": value.poll, "by": msgspec.to_builtins(value.by)},
        list: _plain_list,
        tuple: _plain_list,
    }
)


def value_of(kept: Any) -> Any:
    """A value as it was. Raises ValueError for an object that says it is a time and is not, for example."""
    if type(kept) is dict:
        if len(kept) <= 2 and (make := _MARKED.get(frozenset(kept))) is not None:
            try:
                return make(kept)
            except (msgspec.ValidationError, TypeError, AttributeError) as error:
                raise ValueError(f"{kept!r}: {error}") from None
        return {key: item if type(item) in _AS_IT_IS else value_of(item) for key, item in kept.items()}
    if type(kept) is list:
        return [item if type(item) in _AS_IT_IS else value_of(item) for item in kept]
    return kept


def _shift(kept: dict[str, Any]) -> StatusShift:
    if kept["poll"] not in ("ahead", "behind"):
        raise ValueError(f"{kept['poll']!r} is not ahead or behind")
    return StatusShift(kept["poll"], msgspec.convert(kept["by"], timedelta))


_MARKED: dict[frozenset[str], Callable[[dict[str, Any]], Any]] = {
    frozenset({"amount"}): lambda kept: msgspec.convert(kept["amount"], Decimal),
    frozenset({"time"}): lambda kept: msgspec.convert(kept["time"], _MOMENT),
    frozenset({"span"}): lambda kept: msgspec.convert(kept["span"], timedelta),
    frozenset({"poll", "by"}): _shift,
    frozenset({"object"}): lambda kept: {key: value_of(item) for key, item in kept["object"].items()},
}


def _is_marked(mapping: Mapping[str, Any]) -> bool:
    return len(mapping) <= 2 and frozenset(mapping) in _MARKED
