"""The known answers: their shapes, by operation. Probes and captured traffic are held against these."""

from itertools import zip_longest
from typing import NamedTuple

from fakefax.verify.shapes import DATE, INTEGER, MONEY, NULL, PHP_TIME, TEXT, TIME, OneOf, Text

MAYBE = OneOf((TEXT, NULL))
SUCCESS = {"status": "=success"}
ERROR = {"status": TEXT, "message": TEXT}
BALANCE = SUCCESS | {"balance": MONEY}
COST = SUCCESS | {"cost": MONEY}
SENT = {"status": "=executed", "fax_job_id": INTEGER, "user_cash_balance": MONEY, "cost": MONEY}
FAX_STATUS = OneOf(("=executed", "=success", "=failed"))
STATUS = {"status": FAX_STATUS, "message": TEXT, "user_cash_balance": MONEY}
HISTORY = SUCCESS | {
    "history": [
        {
            "id": INTEGER, "created": PHP_TIME, "document_id": INTEGER, "document": TEXT, "recipient": TEXT,
            "status": TEXT,
        }
    ]
}  # fmt: skip
META = {
    "pagination": {
        "total": INTEGER, "count": INTEGER, "per_page": INTEGER, "current_page": INTEGER, "total_pages": INTEGER,
        "links": {"previous": MAYBE, "next": MAYBE},
    }
}  # fmt: skip
DOCUMENT = {
    "filename": TEXT, "filename_uploaded": TEXT, "orig_filename": TEXT, "file_extension": TEXT,
    "total_pages": INTEGER, "filesize": INTEGER, "preview_in_storage": INTEGER, "preview_file": TEXT,
    "preview_image": MAYBE, "s3": MAYBE, "user_id": INTEGER, "updated_at": TIME, "created_at": TIME, "id": INTEGER,
}  # fmt: skip
UPLOADED = SUCCESS | {"document_id": INTEGER, "total_pages": INTEGER, "document": DOCUMENT}
CLEANED = SUCCESS | {
    "user_id": INTEGER, "created_at": TIME, "id": INTEGER, "filename": TEXT, "orig_filename": TEXT,
    "preview_file": TEXT, "preview_image": MAYBE, "preview_in_storage": INTEGER, "file_extension": TEXT,
    "filename_uploaded": TEXT, "filesize": INTEGER, "s3": MAYBE, "server_document_id": OneOf((INTEGER, NULL)),
    "team_user_id": OneOf((INTEGER, NULL)), "total_pages": INTEGER, "updated_at": TIME, "created_date?": TIME,
}  # fmt: skip
PREVIEW = SUCCESS | {"url": TEXT}
FILES = [{"id": INTEGER, "filename": TEXT, "pages": INTEGER, "size": INTEGER, "uploaded": DATE}]
ARRIVED = {"date": Text(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "a time"), "timezone_type": 3, "timezone": "=UTC"}
INBOX = SUCCESS | {
    "inbox": [
        {
            "id": INTEGER, "did_id": INTEGER, "filename": TEXT, "filesize": TEXT, "number": TEXT, "sender": TEXT,
            "total_pages": INTEGER, "created_at": ARRIVED, "preview_file": TEXT, "file_url": TEXT,
        }
    ],
    "meta": META,
}  # fmt: skip
NUMBERS = SUCCESS | {
    "numbers": [
        {
            "id": INTEGER, "order_reference": MAYBE, "country_code": MAYBE, "country": MAYBE, "city_name": MAYBE,
            "area_code": MAYBE, "did_group_id": OneOf((INTEGER, NULL)), "did_number": TEXT,
            "expiration_date": DATE, "status": TEXT,
        }
    ],
    "meta": META,
}  # fmt: skip
PROVISIONED = SUCCESS | {
    "message": TEXT,
    "data": {
        "id": INTEGER, "didid": INTEGER, "did_group_id": INTEGER, "country_code": TEXT, "city_name": TEXT,
        "area_code": TEXT, "number": TEXT, "type": TEXT, "trunk_id": INTEGER, "did_id?": INTEGER,
    },
}  # fmt: skip
USER = SUCCESS | {"api_key": Text(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an api_key in UUID form")}
COUNTRIES = SUCCESS | {"data": [{"country": TEXT, "slug": TEXT, "a2_code": TEXT, "dial_code": INTEGER}]}
STATES = SUCCESS | {"states": [{"id": TEXT, "name": TEXT, "code": TEXT}]}
AREA_CODES = SUCCESS | {"areacodes": [{"country_code": TEXT, "state_id": INTEGER, "area_code": TEXT}]}
DID_GROUPS = SUCCESS | {"data": [{"did_group_id": INTEGER, "area_code": TEXT, "city_name": TEXT}]}


class KnownOperation(NamedTuple):
    """Requests with these methods and a path such as `/fax/*/costs`, and the shape of a 200."""

    methods: str
    path: str
    shape: object


READ = "GET POST"
OPERATIONS = (
    KnownOperation(READ, "/balance", BALANCE),
    KnownOperation("GET", "/fax", OneOf((HISTORY, SENT))),
    KnownOperation("POST", "/fax", SENT),
    KnownOperation(READ, "/fax/*/costs", COST),
    KnownOperation(READ, "/fax/*/status", STATUS),
    KnownOperation(READ, "/fax-history", HISTORY),
    KnownOperation("POST", "/files", UPLOADED),
    KnownOperation("GET", "/files", FILES),
    KnownOperation("DELETE", "/files/*", SUCCESS),
    KnownOperation(READ, "/file-clean", CLEANED),
    KnownOperation(READ, "/file-generate-preview", PREVIEW),
    KnownOperation("POST", "/user", USER),
    KnownOperation("POST", "/user/login", USER),
    KnownOperation("POST", "/subuser", USER),
    KnownOperation(READ, "/incoming-faxes", INBOX),
    KnownOperation(READ, "/incoming-faxes/*", INBOX),
    KnownOperation(READ, "/numbers", NUMBERS),
    KnownOperation("GET", "/provision-numbers", OneOf((NUMBERS, PROVISIONED))),
    KnownOperation("POST", "/provision-numbers", PROVISIONED),
    KnownOperation(READ, "/countries/didgroups/*/provision", PROVISIONED),
    KnownOperation(READ, "/countries", COUNTRIES),
    KnownOperation(READ, "/states/*", STATES),
    KnownOperation(READ, "/areacodes/*/*", AREA_CODES),
    KnownOperation(READ, "/countries/*/didgroups", DID_GROUPS),
)


def operation(method: str, path: str) -> KnownOperation | None:
    """The operation of a method and a path below the version; None where there is none."""
    parts = path.rstrip("/").split("/")
    return next((one for one in OPERATIONS if method in one.methods.split() and _fits(one.path, parts)), None)


def _fits(wanted: str, parts: list[str]) -> bool:
    pairs = zip_longest(wanted.split("/"), parts)
    return all(want == part or (want == "*" and part is not None) for want, part in pairs)
