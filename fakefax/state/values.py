"""Values of other types than JSON's, as details of the journal and values of faults have them.

An amount becomes {"amount": "0.15"}, a time {"time": "2026-01-05T09:00:00Z"}, a span {"span": "PT30S"}.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from fakefax.core.faults.callback_faults import StatusShift
from fakefax.core.real_time import unpatched_datetime

_MOMENT = unpatched_datetime()
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def plain(value: object) -> object:
    """A value as JSON has it."""
    if type(value) in _AS_IT_IS or isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    if isinstance(value, _MOMENT):
        return {"time": msgspec.to_builtins(value)}
    if isinstance(value, timedelta):
        return {"span": msgspec.to_builtins(value)}
    if isinstance(value, StatusShift):
        return {"poll": value.poll, "by": msgspec.to_builtins(value.by)}
    if isinstance(value, Mapping):
        mapping = {str(key): plain(item) for key, item in value.items()}
        return {"object": mapping} if _is_marked(mapping) else mapping
    if isinstance(value, list | tuple):
        return [item if type(item) in _AS_IT_IS else plain(item) for item in value]
    raise TypeError(f"{value!r} cannot be kept: {type(value).__name__} is not among the types of {__name__}")


def value_of(kept: Any) -> Any:
    """A value as it was. Raises ValueError for an object that says it is a time and is not, for example."""
    if isinstance(kept, list):
        return [value_of(item) for item in kept]
    if not isinstance(kept, dict):
        return kept
    if _is_marked(kept):
        try:
            return _MARKED[frozenset(kept)](kept)
        except (msgspec.ValidationError, TypeError, AttributeError) as error:
            raise ValueError(f"{kept!r}: {error}") from None
    return {key: value_of(item) for key, item in kept.items()}


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
