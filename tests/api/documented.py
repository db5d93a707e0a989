"""Each operation's example: the request as curl writes it, and an answer of the documented shape.

Keys, their order and the types are the vendor's documentation's; the values are of the kind of its examples.
A picture or a PDF that a link opens is only its Content-Type.
"""

from typing import Any, NamedTuple

from tests.api.wire import KEY

BOUNDARY = "------------------------d74496d66958873e"
FORM = "application/x-www-form-urlencoded"
FILE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="Invoice.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\nDear Sir\r\n--{BOUNDARY}--\r\n"
)
DATE = {"date": "2017-03-09 15:35:28.000000", "timezone_type": 3, "timezone": "UTC"}
LINKS = {"previous": None, "next": None}
META = {
    "pagination": {
        "total": 1, "count": 1, "per_page": 15, "current_page": 1, "total_pages": 1, "links": LINKS,
    }
}  # fmt: skip
SENT = {"status": "executed", "fax_job_id": 200, "user_cash_balance": 99.85, "cost": 0.15}
HISTORY = {
    "status": "success",
    "history": [
        {
            "id": 200, "created": DATE, "document_id": 10, "document": "invoice.pdf", "recipient": "123456789",
            "status": "success",
        }
    ],
}  # fmt: skip
UPLOADED = {
    "filename": "598317a8404bd.pdf.tiff", "filename_uploaded": "invoice.pdf", "orig_filename": "598317a8404bd.pdf",
    "file_extension": "pdf", "total_pages": 1, "filesize": 8, "preview_in_storage": 1,
    "preview_file": "598317a8404bd.pdf.preview.jpg", "preview_image": None, "s3": None, "user_id": 1,
    "updated_at": "2017-08-03 12:31:38", "created_at": "2017-08-03 12:31:38", "id": 100,
}  # fmt: skip
CLEANED = {
    "status": "success", "user_id": 1, "created_at": "2017-08-03 12:31:38", "id": 10,
    "filename": "598317a8404bd.pdf.tiff", "orig_filename": "598317a8404bd.pdf",
    "preview_file": "598317a8404bd.pdf.preview.jpg", "preview_image": None, "preview_in_storage": 1,
    "file_extension": "pdf", "filename_uploaded": "invoice.pdf", "filesize": 24576, "s3": None,
    "server_document_id": None, "team_user_id": None, "total_pages": 1,
    "updated_at": "2017-08-03 12:31:38",
    "created_date": "2017-08-03 12:31:38",
}  # fmt: skip
USER = {"status": "success", "api_key": "af2e468d-9aa6-4c4a-8319-b01592497bae"}
INBOX = {
    "status": "success",
    "inbox": [
        {
            "id": 771, "did_id": 6283433, "filename": "59a3c1.pdf", "filesize": "120.45 KB",
            "number": "+12048134698", "sender": "12025550182", "total_pages": 1, "created_at": DATE,
            "preview_file": "https://fax.to/receivefax/api/v1/inbox/771/preview?api_key=x",
            "file_url": "https://fax.to/receivefax/api/v1/inbox/771/file?api_key=x",
        }
    ],
    "meta": META,
}  # fmt: skip
NUMBERS = {
    "status": "success",
    "numbers": [
        {
            "id": 775, "order_reference": None, "country_code": "CAN", "country": "CANADA", "city_name": "WINNIPEG",
            "area_code": "204", "did_group_id": 67, "did_number": "+12048134698", "expiration_date": "2017-07-30",
            "status": "Active",
        }
    ],
    "meta": META,
}  # fmt: skip
PROVISIONED = {
    "status": "success",
    "message": "Number has been provisioned.",
    "data": {
        "id": 775, "didid": 6283433, "did_group_id": 67, "country_code": "CAN",
        "city_name": "WINNIPEG", "area_code": "204", "number": "+12048134698", "type": "GEOGRAPHIC",
        "trunk_id": 8934, "did_id": 6283433,
    },
}  # fmt: skip
COUNTRY = {"country": "ARGENTINA", "slug": "ARGENTINA", "a2_code": "ARG", "dial_code": 54}
GROUP = {"did_group_id": 67, "area_code": "204", "city_name": "WINNIPEG"}


class Example(NamedTuple):
    """A request of curl; `{key}` in its target or body is the api_key. `answer` is JSON, or a Content-Type."""

    operation: str
    method: str
    target: str
    answer: Any
    body: str = ""
    content_type: str = FORM

    def request(self, base: str, odd: str = "") -> bytes:
        """The bytes that curl sends; `odd` are more header lines, and a body if they announce one."""
        target, body = (text.replace("{key}", KEY) for text in (self.target, self.body))
        mount = "" if target.startswith("/receivefax") else base
        lines = [f"{self.method} {mount}{target} HTTP/1.1", "Host: fax.to", "User-Agent: curl/8.5.0", "Accept: */*"]
        if body:
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(body)}"]
        head, _, tail = odd.partition("\r\n\r\n")
        lines += [head] if head else []
        return ("\r\n".join(lines) + "\r\n\r\n" + tail + body).encode()


SEND = "api_key={key}&fax_number=+123456789&document_id=10&delete_file=0&tsi_number=%2B123456789"
ME = "email=me%40example.com&password=secret"
OTHER = "email=you%40example.com&password=secret"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

WRITTEN = (
    Example("send_fax", "GET", f"/fax?{SEND}", SENT),
    Example("send_fax", "POST", "/fax", SENT, SEND),
    Example("fax_costs", "GET", "/fax/10/costs?api_key={key}&fax_number=%2B123456789",
            {"status": "success", "cost": 0.15}),
    Example("fax_status", "GET", "/fax/200/status?api_key={key}",
            {"status": "success", "message": "Sent! Fax Has Been Answered.", "user_cash_balance": 99.85}),
    Example("fax_history", "GET", "/fax-history?limit=1&page=1&api_key={key}", HISTORY),
    Example("fax_history", "GET", "/fax?api_key={key}", HISTORY),
    Example("fax_history", "GET", "/fax?limit=1&page=1&api_key={key}", HISTORY),
    Example("upload_file", "POST", "/files?api_key={key}",
            {"status": "success", "document_id": 100, "total_pages": 1, "document": UPLOADED}, FILE, MULTIPART),
    Example("list_files", "GET", "/files?limit=2&page=1&api_key={key}",
            [{"id": 10, "filename": "invoice.pdf", "pages": 1, "size": 24576, "uploaded": "2016-01-22"}]),
    Example("delete_file", "DELETE", "/files/11?api_key={key}", {"status": "success"}),
    Example("clean_file", "GET", "/file-clean?document_id=10&api_key={key}", CLEANED),
    Example("generate_preview", "GET", "/file-generate-preview?document_id=10&api_key={key}",
            {"status": "success", "url": "https://fax.to/598317a8404bd.pdf.preview.jpg"}),
    Example("preview_picture", "GET", "/files/10/preview.jpg?api_key={key}", "image/jpeg"),
    Example("balance", "GET", "/balance?api_key={key}", {"status": "success", "balance": 100}),
    Example("register", "POST", "/user", USER, ME),
    Example("log_in", "POST", "/user/login", USER, OTHER),
    Example("make_subuser", "POST", "/subuser", USER, "email=sub%40example.com&password=secret&api_key={key}"),
    Example("incoming_faxes", "GET", "/incoming-faxes?limit=15&page=1&api_key={key}", INBOX),
    Example("incoming_faxes_of_recipient", "GET", "/incoming-faxes/%2B12048134698?api_key={key}", INBOX),
    Example("numbers", "GET", "/numbers?limit=15&page=1&api_key={key}", NUMBERS),
    Example("provision", "GET", "/countries/didgroups/67/provision?api_key={key}", PROVISIONED),
    Example("provision", "POST", "/countries/didgroups/67/provision", PROVISIONED, "api_key={key}"),
    Example("provision_numbers", "POST", "/provision-numbers", PROVISIONED, "api_key={key}&did_group_id=67"),
    Example("provisioned_numbers", "GET", "/provision-numbers?limit=10&api_key={key}", NUMBERS),
    Example("countries", "GET", "/countries?api_key={key}", {"status": "success", "data": [COUNTRY]}),
    Example("states", "GET", "/states/USA?api_key={key}",
            {"status": "success", "states": [{"id": "1", "name": "Alabama", "code": "AL"}]}),
    Example("area_codes", "GET", "/areacodes/USA/1?api_key={key}",
            {"status": "success", "areacodes": [{"country_code": "USA", "state_id": 1, "area_code": "205"}]}),
    Example("did_groups", "GET",
            "/countries/CAN/didgroups?didGroupIds=67&stateId=&cityNamePattern=Winnipeg%&areaCode=204&api_key={key}",
            {"status": "success", "data": [GROUP]}),
    Example("inbox_file", "GET", "/receivefax/api/v1/inbox/771/file?api_key={key}", "application/pdf"),
    Example("inbox_preview", "GET", "/receivefax/api/v1/inbox/771/preview?api_key={key}", "image/jpeg"),
)  # fmt: skip

GET_ONLY = {"send_fax", "list_files", "provision", "provisioned_numbers"}
"""POST means something else on their paths, or has an example above."""

EXAMPLES = (
    *WRITTEN,
    *(
        one._replace(method="POST")
        for one in WRITTEN
        if one.method == "GET" and one.operation not in GET_ONLY and not one.target.startswith("/fax?")
    ),
)
"""With each operation that only reads by POST too."""
