"""All probes in the order in which they run, and why the other rows of the fidelity table have none.

A probe never registers, provisions, or sends twice.
"""

# ruff: noqa: E501 (rows are quoted as the fidelity table has them)

from fakefax.verify.checks import (
    after_the_pause,
    charged_once,
    quoted,
    receipt_of_fax,
    sent_row,
    stored_names,
)
from fakefax.verify.known import CLEANED, COST, HISTORY, PREVIEW, SENT, STATUS, SUCCESS, UPLOADED
from fakefax.verify.reading import PRICED, READING
from fakefax.verify.shapes import TEXT, Text
from fakefax.verify.step import Probe, Step, Tier

DOCUMENT = {"document_id": "{document_id}"}
FORM = {
    "content_type": "=application/x-www-form-urlencoded",
    "fields": {"fax_job_id": TEXT, "status": TEXT, "msg_code": Text(r"[a-z_]+", "a code such as fax_fail"),
               "message": TEXT},
    "after": TEXT,
}  # fmt: skip

PROBES: tuple[Probe, ...] = (
    *READING,
    Probe("upload", "POST `/files` takes a multipart part `file` and answers `success`, `document_id`, `total_pages`, `document`.",
          Tier.FILES, (Step("POST", "/files", shape=UPLOADED | {"total_pages": 1}, upload=True,
                            saves={"document_id": "document_id"}),)),
    Probe("stored names", "An upload is stored as `.pdf`, whatever it was: `….pdf.tiff`, `….pdf`, `….pdf.preview.jpg`.",
          Tier.FILES, (Step("GET", "/file-clean", DOCUMENT, check=stored_names),)),
    Probe("costs", "GET `/fax/{document_id}/costs` answers `status` success and `cost`.", Tier.FILES,
          (Step("GET", "/fax/{document_id}/costs", PRICED, shape=COST),)),
    Probe("ids with .0", "A whole number with `.0` is that number, wherever an id or a count stands.", Tier.FILES,
          (Step("GET", "/fax/{document_id}.0/costs", PRICED), Step("GET", "/files", {"limit": "1.0"}))),
    Probe("plus as a blank", "A plus that was decoded to a blank is a plus.", Tier.FILES,
          (Step("GET", "/fax/{document_id}/costs", {"fax_number": " 15005550001"}),)),
    Probe("leading 0", "A fax number that begins with 0 is taken, though no country code does.", Tier.FILES,
          (Step("GET", "/fax/{document_id}/costs", {"fax_number": "030123456"}),)),
    Probe("clean", "`document_id` of `/file-clean` and `/file-generate-preview` may be a request header.", Tier.FILES,
          (Step("GET", "/file-clean", shape=CLEANED, headers=DOCUMENT),
           Step("GET", "/file-generate-preview", headers=DOCUMENT))),
    Probe("preview", "GET `/file-generate-preview` answers the `url` of a picture, which opens.", Tier.FILES,
          (Step("GET", "/file-generate-preview", DOCUMENT, shape=PREVIEW, saves={"url": "url"}),
           Step("OPEN", "url", content_type="image/"))),
    Probe("send", "A send answers `status`, `fax_job_id`, `user_cash_balance` and `cost`, in this order.", Tier.SEND,
          (Step("POST", "/fax", {"fax_number": "{number}"} | DOCUMENT, shape=SENT, saves={"fax_job_id": "fax_job_id"},
                check=quoted),)),
    Probe("charge", "A fax is charged when it is accepted.", Tier.SEND, (Step("GET", "/balance", check=charged_once),)),
    Probe("status", "The status of a pending fax is `executed`; of a failed one `failed`, with the message of its `msg_code`.",
          Tier.SEND, (Step("GET", "/fax/{fax_job_id}/status", shape=STATUS),)),
    Probe("row of the history", "The `status` of a fax in the history is `executed`, `success` or `failed`, as in `/fax/{fax_job_id}/status`.",
          Tier.SEND, (Step("GET", "/fax-history", {"limit": "1"}, shape=HISTORY, check=sent_row),)),
    Probe("receipt", "A receipt is a form POST of `fax_job_id`, `status`, `msg_code` and `message` to the callback URL.",
          Tier.RECEIPTS, (Step("RECEIPT", "503", shape=FORM, check=receipt_of_fax),)),
    Probe("repeated receipt", "A receipt is posted again every 15 minutes for 48 hours until 200 OK.", Tier.RECEIPTS,
          (Step("RECEIPT", "204", check=after_the_pause),)),
    Probe("204 to a receipt", "A 2xx other than 200 does not acknowledge a receipt.", Tier.RECEIPTS,
          (Step("RECEIPT", "200", check=after_the_pause), Step("SILENCE", "after 200", shape={"receipts": 0}))),
    Probe("delete", "DELETE `/files/{document_id}` deletes a file.", Tier.FILES,
          (Step("DELETE", "/files/{document_id}", shape=SUCCESS),)),
)  # fmt: skip

_PROVISIONS = "would provision a number, which verify never does"
_REGISTERS = "would register a user, which verify never does"
_ARRIVES = "needs faxes sent to a number of the account"
_SECOND = "would need a second paid fax, which verify never sends"
_ALL = "is settled by the other rows together"
_LOCAL = "is about what a stand-in has to assume; nothing of it shows in answers"

NOT_TRIED = {
    "Every answer has the documented keys, in the documented order, with the documented types.": _ALL,
    "Ids are JSON integers and money JSON numbers, exact.": _ALL,
    "POST `/provision-numbers` without an id provisions a number of group 67.": _PROVISIONS,
    "POST `/countries/didgroups/5598/provision` provisions a number of St. John's.": _PROVISIONS,
    "Provisioning answers `status`, `message` and `data` with the number, its DID group and its trunk.": _PROVISIONS,
    "SDKs read `did_id` where the documentation says `didid`; both are sent, the extra key last.": _PROVISIONS,
    "SDKs put `did_group_id` in the query and leave the placeholder in the path.": _PROVISIONS,
    "GET `/provision-numbers` lists the numbers, as five old SDKs ask for them.": _PROVISIONS.replace(
        "would", "might"
    ),
    "A fax number costs 5.": _PROVISIONS,
    "A fax number is active for 30 days.": _PROVISIONS,
    "A number that has expired receives nothing.": _PROVISIONS,
    "A user may register without a password.": _REGISTERS,
    "POST `/user`, `/user/login` and `/subuser` answer `status` success and an `api_key` in UUID form.": _REGISTERS,
    "A new user's balance is 0.": _REGISTERS,
    "A sub-user spends its parent's balance, and has its callback URLs.": _REGISTERS,
    "POST `/files` with `AddRemoteFile` fetches the file at a URL.": "needs a file that the server can fetch",
    "Text in `file` that is an http or https URL is a remote file.": "needs a file that the server can fetch",
    "A received fax is posted as multipart, with the PDF in `file` and ten more fields.": _ARRIVES,
    "`from` is digits, `to` has its plus, `time` is in UTC, `ecm` is `on`, `compression` `T.6`.": _ARRIVES,
    "The callback of a received fax is repeated as a receipt is.": _ARRIVES,
    "A v1 client may post a `file` part in place of `document_id`: uploaded and sent in one step.": _SECOND,
    "A file that cannot be converted is taken as one page; its fax is accepted and ends in `file_error`.": _SECOND,
    "`delete_file=1` deletes the document when its fax has ended, however it ended.": _SECOND,
    "A failed fax is not refunded.": _SECOND,
    "A send that the balance does not cover is answered with 400.": "needs an account without money",
    "Both ends of the 48 hours count: 193 attempts.": "takes 48 hours",
    "Redirects of a callback URL are not followed.": _SECOND,
    "A retry goes to the callback URL that the account has then.": "no request of the API sets the callback URL",
    "One attempt at a callback URL may take 10 real seconds.": _LOCAL,
    "A fax takes 30 simulated seconds.": _LOCAL,
}
"""Rows that no probe settles, and why."""
