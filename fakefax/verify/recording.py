"""A recording of a run: dated and masked, so that it can be shown around; and judged again without a network.

It holds no key, no fax number, no name of a file and no file content: such texts become `…`, with the parts that
are compared, such as the endings of stored names.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from fakefax.verify.exchange import ServerAnswer

FORMAT = 1

_PRIVATE = {
    "number", "did_number", "sender", "recipient", "filename_uploaded", "document", "preview_file", "file_url",
    "url", "previous", "next", "email", "message", "filename", "orig_filename", "order_reference",
}  # fmt: skip
"""Fields that may say whose account it is."""


_COMPARED_WHOLE = {"fax_job_id", "date", "content_type"}
"""Texts that are compared as they are, and say nothing of the account."""

_ENDING, _PAGE = re.compile(r"\.(?:pdf|tiff?|jpe?g|png|txt|preview)\b"), re.compile(r"(?<=[?&])page=\d+")
_COMPARED = {
    "filename": _ENDING, "orig_filename": _ENDING, "preview_file": _ENDING, "previous": _PAGE, "next": _PAGE,
}  # fmt: skip
"""Parts of private texts that are compared: the endings of stored names, the pages of links."""


class RecordedExchange(NamedTuple):
    """One request of a probe, what was answered, and the values that had been saved before it."""

    probe: str
    step: int
    method: str
    path: str
    answer: ServerAnswer
    saved: dict[str, Any]


def recording(
    exchanges: Iterable[RecordedExchange], host: str, date: str, outcomes: Iterable[Any]
) -> dict[str, Any]:
    """The recording as JSON has it."""
    return {
        "fakefax_recording": FORMAT,
        "date": date,
        "host": host,
        "outcomes": [{"probe": one.probe, "row": one.row, "result": one.result} for one in outcomes],
        "exchanges": [
            {
                "probe": one.probe,
                "step": one.step,
                "request": f"{one.method} {one.path}",
                "status": one.answer.status,
                "content_type": one.answer.content_type,
                "body": masked(one.answer.body),
                "saved": {name: masked(value, name) for name, value in one.saved.items()},
            }
            for one in exchanges
        ],
    }


def masked(value: Any, name: str = "") -> Any:
    """A value without what is private. Its type, its keys and their order stay."""
    if isinstance(value, dict):
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name) for inner in value]
    if (
        isinstance(value, str)
        and name not in _COMPARED_WHOLE
        and (name in _PRIVATE or re.search(r"api_key|\d{7,}|@", value))
    ):
        return "…" + "".join(_COMPARED[name].findall(value) if name in _COMPARED else ())
    return value


def as_text(document: dict[str, Any]) -> str:
    """A recording as it is written into a file; money keeps its digits."""
    return json.dumps(document, indent=1, ensure_ascii=False, default=_number) + "\n"


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)
