"""The probes: requests, and what is known of their answers. Each names the row of the fidelity table it settles.

A `{name}` in a request is a value that an earlier one saved; `@` in `saves` walks into the answer. A probe never
registers, provisions, or sends twice.
"""

# ruff: noqa: E501 (rows are quoted as the fidelity table has them)

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from fakefax.verify.shapes import DATE, INTEGER, MONEY, NULL, PHP_TIME, TEXT, TIME, OneOf


class Tier(IntEnum):
    """What a probe does at the server, and so what it may cost."""

    READ = 0
    FILES = 1
    SEND = 2


class Step(NamedTuple):
    """One request. `key` is where the api_key goes: query, header, or none; `upload` sends the made-up page."""

    method: str
    path: str
    fields: Mapping[str, str] = {}
    status: int = 200
    shape: object = None
    key: str = "query"
    saves: Mapping[str, str] = {}
    upload: bool = False
    check: Callable[[Any, Mapping[str, Any]], str | None] | None = None


class Probe(NamedTuple):
    """Steps that settle one row of the fidelity table."""

    name: str
    row: str
    tier: Tier
    steps: tuple[Step, ...]


ERROR = {"status": "=failed", "message": TEXT}
BALANCE = {"status": "=success", "balance": MONEY}
HISTORY_ROW = {
    "id": INTEGER, "created": PHP_TIME, "document_id": INTEGER, "document": TEXT, "recipient": TEXT, "status": TEXT,
}  # fmt: skip
LINKS = {"previous": OneOf((TEXT, NULL)), "next": OneOf((TEXT, NULL))}
META = {
    "pagination": {
        "total": INTEGER, "count": INTEGER, "per_page": INTEGER, "current_page": INTEGER, "total_pages": INTEGER,
        "links": LINKS,
    }
}  # fmt: skip
MAYBE = OneOf((TEXT, NULL))
DOCUMENT = {
    "filename": TEXT, "filename_uploaded": TEXT, "orig_filename": TEXT, "file_extension": TEXT,
    "total_pages": INTEGER, "filesize": INTEGER, "preview_in_storage": INTEGER, "preview_file": TEXT,
    "preview_image": MAYBE, "s3": MAYBE, "user_id": INTEGER, "updated_at": TIME, "created_at": TIME, "id": INTEGER,
}  # fmt: skip
CLEANED = {
    "status": "=success", "user_id": INTEGER, "created_at": TIME, "id": INTEGER, "filename": TEXT,
    "orig_filename": TEXT, "preview_file": TEXT, "preview_image": MAYBE, "preview_in_storage": INTEGER,
    "file_extension": TEXT, "filename_uploaded": TEXT, "filesize": INTEGER, "s3": MAYBE,
    "server_document_id": OneOf((INTEGER, NULL)), "team_user_id": OneOf((INTEGER, NULL)), "total_pages": INTEGER,
    "updated_at": TIME, "created_date?": TIME,
}  # fmt: skip
FILE_ROW = {"id": INTEGER, "filename": TEXT, "pages": INTEGER, "size": INTEGER, "uploaded": DATE}
INBOX_ROW = {
    "id": INTEGER, "did_id": INTEGER, "filename": TEXT, "filesize": TEXT, "number": TEXT, "sender": TEXT,
    "total_pages": INTEGER, "created_at": PHP_TIME, "preview_file": TEXT, "file_url": TEXT,
}  # fmt: skip
NUMBER_ROW = {
    "id": INTEGER, "order_reference": MAYBE, "country_code": MAYBE, "country": MAYBE, "city_name": MAYBE,
    "area_code": MAYBE, "did_group_id": OneOf((INTEGER, NULL)), "did_number": TEXT, "expiration_date": DATE,
    "status": TEXT,
}  # fmt: skip
NOBODY = "999999999999"
"""An id that no document and no fax job has."""
NUMBER = {"fax_number": "+15005550001"}
"""A number that is only asked the price of."""


def rising(rows: list[Any], what: str) -> str | None:
    """Oldest first, by the ids."""
    ids = [row["id"] for row in rows]
    return None if ids == sorted(ids) else f"{what} are not oldest first"


def falling(rows: list[Any], what: str) -> str | None:
    """Newest first, by the ids."""
    ids = [row["id"] for row in rows]
    return None if ids == sorted(ids, reverse=True) else f"{what} are not newest first"


def _first_states(answer: Any, _: Mapping[str, Any]) -> str | None:
    first = [(row["id"], row["name"]) for row in answer["states"][:2]]
    return (
        None if first == [("1", "Alabama"), ("2", "Alaska")] else "the first states are not Alabama 1 and Alaska 2"
    )


def _charged_once(answer: Any, saved: Mapping[str, Any]) -> str | None:
    """The balance after the send is that before it less the price, and the price is the quoted one."""
    if answer["cost"] != saved["quote"]:
        return "the cost is not the one that was quoted"
    if answer["user_cash_balance"] != saved["before"] - answer["cost"]:
        return "user_cash_balance is not the balance before less the cost"
    return None


def _same_balance(answer: Any, saved: Mapping[str, Any]) -> str | None:
    return None if answer.get("balance") == saved["after"] else "the balance is not the one that the send answered"


def _upload_names(answer: Any, _: Mapping[str, Any]) -> str | None:
    document = answer["document"]
    names = [document[name].partition(".")[2] for name in ("filename", "orig_filename", "preview_file")]
    return None if names == ["pdf.tiff", "pdf", "pdf.preview.jpg"] else f"the names end in {', '.join(names)}"


def _is_history(answer: Any, _: Mapping[str, Any]) -> str | None:
    return None if isinstance(answer, dict) and "history" in answer else "the answer is not the history"


def _sent_row(answer: Any, saved: Mapping[str, Any]) -> str | None:
    ids = [row["id"] for row in answer["history"]]
    return None if ids[:1] == [saved["fax_job_id"]] else "the fax that was just sent is not first"


PROBES: tuple[Probe, ...] = (
    Probe("balance", "`/balance` tells the balance.", Tier.READ, (Step("GET", "/balance", shape=BALANCE),)),
    Probe("key", "A missing or unknown key is answered with 401, a refused send with `status` failed and a message.",
          Tier.READ, (Step("GET", "/balance", status=401, shape=ERROR, key="none"),
                      Step("GET", "/balance", {"api_key": "no-such-key"}, 401, ERROR, key="none"))),
    Probe("key in a header", "The key may be a request header `api_key`, in any case.", Tier.READ,
          (Step("GET", "/balance", key="header"),)),
    Probe("methods",
          "Every operation that only reads takes GET and POST; `/files` is the upload by POST, the list by GET.",
          Tier.READ, (Step("POST", "/balance"),)),
    Probe("history",
          "The history is newest first, also as GET `/fax?limit=&page=`; `created` is an object, `recipient` digits.",
          Tier.READ, (Step("GET", "/fax-history", shape={"status": "=success", "history": [HISTORY_ROW]},
                           check=lambda answer, _: falling(answer["history"], "the faxes")),)),
    Probe("history by /fax", "GET `/fax` without a number and a document is the history; a POST of neither is refused.",
          Tier.READ, (Step("GET", "/fax", check=_is_history),
                      Step("POST", "/fax", status=400, shape=ERROR))),
    Probe("files", "GET `/files` answers a bare array of `id`, `filename`, `pages`, `size`, `uploaded`, the oldest first.",
          Tier.READ, (Step("GET", "/files", shape=[FILE_ROW], check=lambda rows, _: rising(rows, "the files")),)),
    Probe("numbers", "`/numbers` lists `id`, `order_reference`, …, `expiration_date` and `status`, with `meta.pagination`.",
          Tier.READ, (Step("GET", "/numbers", shape={"status": "=success", "numbers": [NUMBER_ROW], "meta": META}),)),
    Probe("inbox",
          "`/incoming-faxes` lists `id`, `did_id`, `filename`, `filesize` as text, …, `preview_file` and `file_url`.",
          Tier.READ, (Step("GET", "/incoming-faxes", shape={"status": "=success", "inbox": [INBOX_ROW], "meta": META}),)),
    Probe("countries", "`/countries` lists `country`, `slug`, `a2_code` (an alpha-3 code) and `dial_code`.", Tier.READ,
          (Step("GET", "/countries", shape={"status": "=success", "data": [
              {"country": TEXT, "slug": TEXT, "a2_code": TEXT, "dial_code": INTEGER}]}),)),
    Probe("states", "`/states/USA` lists Alabama as `1` and Alaska as `2`, both ids as text.", Tier.READ,
          (Step("GET", "/states/USA", shape={"status": "=success", "states": [{"id": TEXT, "name": TEXT, "code": TEXT}]},
                check=_first_states),)),
    Probe("area codes", "`/areacodes/USA/1` lists 205 and 251, with `state_id` as a number and `area_code` as text.",
          Tier.READ, (Step("GET", "/areacodes/USA/1", shape={"status": "=success", "areacodes": [
              {"country_code": "=USA", "state_id": 1, "area_code": TEXT}]}),)),
    Probe("DID groups", "`/countries/CAN/didgroups` lists `did_group_id`, `area_code` and `city_name`.", Tier.READ,
          (Step("GET", "/countries/CAN/didgroups", {"didGroupIds": "67"}, shape={"status": "=success", "data": [
              {"did_group_id": 67, "area_code": "=204", "city_name": "=WINNIPEG"}]}),)),
    Probe("unknown things",
          "An unknown document is answered with 400 by a send, with 404 by its costs; so is an unknown job.", Tier.READ,
          (Step("GET", f"/fax/{NOBODY}/costs", NUMBER, 404, ERROR),
           Step("GET", f"/fax/{NOBODY}/status", status=404, shape=ERROR))),
    Probe("upload", "POST `/files` takes a multipart part `file` and answers `success`, `document_id`, `total_pages`, `document`.",
          Tier.FILES, (Step("POST", "/files", shape={"status": "=success", "document_id": INTEGER, "total_pages": 1,
                                                     "document": DOCUMENT}, upload=True,
                            saves={"document_id": "document_id"}, check=_upload_names),)),
    Probe("costs", "GET `/fax/{document_id}/costs` answers `status` success and `cost`.", Tier.FILES,
          (Step("GET", "/fax/{document_id}/costs", NUMBER, shape={"status": "=success", "cost": MONEY}),)),
    Probe("clean", "`document_id` of `/file-clean` and `/file-generate-preview` may be a request header.", Tier.FILES,
          (Step("GET", "/file-clean", {"document_id": "{document_id}"}, shape=CLEANED),)),
    Probe("preview", "GET `/file-generate-preview` answers the `url` of a picture, which opens.", Tier.FILES,
          (Step("GET", "/file-generate-preview", {"document_id": "{document_id}"},
                shape={"status": "=success", "url": TEXT}),)),
    Probe("send", "A send answers `status`, `fax_job_id`, `user_cash_balance` and `cost`, in this order.", Tier.SEND,
          (Step("POST", "/fax", {"fax_number": "{number}", "document_id": "{document_id}"},
                shape={"status": "=executed", "fax_job_id": INTEGER, "user_cash_balance": MONEY, "cost": MONEY},
                saves={"fax_job_id": "fax_job_id", "after": "user_cash_balance"}, check=_charged_once),)),
    Probe("charge", "A fax is charged when it is accepted.", Tier.SEND,
          (Step("GET", "/balance", check=_same_balance),)),
    Probe("status", "The status of a pending fax is `executed`; of a failed one `failed`, with the message of its `msg_code`.",
          Tier.SEND, (Step("GET", "/fax/{fax_job_id}/status",
                           shape={"status": "=executed", "message": TEXT, "user_cash_balance": MONEY}),)),
    Probe("row of the history", "The `status` of a fax in the history is `executed`, `success` or `failed`, as in `/fax/{fax_job_id}/status`.",
          Tier.SEND, (Step("GET", "/fax-history", {"limit": "1"},
                           shape={"status": "=success", "history": [HISTORY_ROW]}, check=_sent_row),)),
    Probe("delete", "DELETE `/files/{document_id}` deletes a file.", Tier.FILES,
          (Step("DELETE", "/files/{document_id}", shape={"status": "=success"}),)),
)  # fmt: skip
