"""Let a fax arrive at a number of the account, and show its callback."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from fakefax.control.attempt_views import ATTEMPTS, AttemptStyle, one_attempt
from fakefax.control.call import BadInput, Body, ControlCall, TooLarge
from fakefax.control.fax_views import incoming_fax_shown, incoming_fax_view
from fakefax.control.long_answers import LongAnswer
from fakefax.control.moments import duration
from fakefax.control.route import Route
from fakefax.core.clock import ClockClosed
from fakefax.core.errors import FileTooLarge, StorageFull
from fakefax.core.models import Account
from fakefax.core.receiving.incoming import DidGroup, FaxFile, FaxNumber, IncomingFax, NumberStatus, Transmission
from fakefax.documents.limits import MAX_FAX_PAGES, NotConvertible
from fakefax.geography import atlas
from fakefax.sandbox.uploads import Upload
from fakefax.scenario.schema import Scenario
from fakefax.schemas import FullAttempt, IncomingFaxFieldsList, IncomingFaxList, IncomingFaxView
from fakefax.values.durations import to_the_second
from fakefax.values.numbers import fax_number
from fakefax.values.threads import in_thread

if TYPE_CHECKING:
    from fakefax.documents.fax_sheet import FaxSheet

SECONDS_A_PAGE = 25
HANDSHAKE = 10
"""Seconds of a call before its first page."""

RSID_LENGTH = 20
"""Characters that T.30 has for the name of a station."""


Word = Annotated[str, Meta(min_length=1, max_length=64)]


class IncomingFaxRequest(Body, kw_only=True):
    """The fax. Fields that are left out are made up. `document` is a file in base64, `after` is simulated."""

    from_: Word | UnsetType = field(name="from", default=UNSET)
    to: str | UnsetType = UNSET
    pages: Annotated[int, Meta(ge=1, le=MAX_FAX_PAGES)] | UnsetType = UNSET
    text: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    document: bytes | UnsetType = UNSET
    filename: str = "fax.pdf"
    after: str = "0"
    rsid: Word | UnsetType = UNSET
    speed: Annotated[int, Meta(ge=1, le=1_000_000)] = 14400
    duration: Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET
    ecm: Word = "on"
    compression: Word = "T.6"


class Recipient(Struct, frozen=True):
    """The number that a fax goes to; if the account does not have it yet, it belongs to `group`."""

    did_number: str
    group: DidGroup | None = None


async def receive(call: ControlCall, asked: IncomingFaxRequest) -> IncomingFaxView:
    """POST incoming-faxes"""
    after = duration("after", asked.after)
    if asked.document is not UNSET and (asked.pages is not UNSET or asked.text is not UNSET):
        raise BadInput("a document has its own text, and its pages are counted; leave pages and text out")
    recipient = await _recipient(call, asked.to)
    incoming_fax_id = call.sandbox.inbox.take_id()
    document = UNSET if asked.document is UNSET else await _converted(call, asked.document, asked.filename)
    if asked.text is not UNSET:
        _check_length(asked.text)
    sent_at = call.sandbox.clock.now + after
    sender, company, sheet = await in_thread(
        partial(_made_up, asked, call.sandbox.scenario, incoming_fax_id, recipient, sent_at)
    )
    file = await _drawn(call, asked, sheet, incoming_fax_id) if document is UNSET else document
    if call.sandbox.closed:
        raise ClockClosed("the sandbox was reset or closed meanwhile")
    number = _owned(call, recipient)
    try:
        call.sandbox.documents.keep_incoming(file)
    except (FileTooLarge, StorageFull) as problem:
        raise TooLarge(problem.reason) from None
    fax = call.sandbox.inbox.receive(
        call.account,
        number,
        incoming_fax_id,
        sender,
        file,
        _transmission(asked, company, file),
        after,
    )
    return incoming_fax_view(fax)


async def index(call: ControlCall) -> LongAnswer[IncomingFaxList | IncomingFaxFieldsList]:
    """GET incoming-faxes"""
    style, faxes = _style(call), list(call.account.inbox.values())
    if style is AttemptStyle.PLAIN:
        return LongAnswer(IncomingFaxList([]), incoming_faxes=map(incoming_fax_view, faxes))
    shown = (incoming_fax_shown(fax, style) for fax in faxes)
    return LongAnswer(IncomingFaxFieldsList([]), incoming_faxes=shown)


async def show(call: ControlCall) -> IncomingFaxView | dict[str, Any]:
    """GET incoming-faxes/{incoming_fax_id}"""
    style, fax = _style(call), _fax(call)
    return incoming_fax_view(fax) if style is AttemptStyle.PLAIN else incoming_fax_shown(fax, style)


async def attempt(call: ControlCall) -> FullAttempt:
    """GET incoming-faxes/{incoming_fax_id}/attempts/{attempt}"""
    return one_attempt(_fax(call).callback, call.path["attempt"])


def _style(call: ControlCall) -> AttemptStyle:
    return AttemptStyle(call.choice("attempts", tuple(AttemptStyle)))


def _fax(call: ControlCall) -> IncomingFax:
    return call.sandbox.inbox.find(call.account, call.path["incoming_fax_id"])


async def resend(call: ControlCall, body: Body) -> IncomingFaxView:
    """POST incoming-faxes/{incoming_fax_id}/resend"""
    fax = call.sandbox.inbox.find_arrived(call.account, call.path["incoming_fax_id"])
    if fax.callback is not None:
        call.sandbox.retry_scheduler.resend_callback(fax.callback)
    return incoming_fax_view(fax)


async def _recipient(call: ControlCall, to: str | UnsetType) -> Recipient:
    """The number that receives the fax. Raises BadInput unless it is an active one of the account, or its first."""
    numbers = call.account.numbers
    if to is not UNSET:
        did_number = fax_number(to)
        if did_number is None:
            raise BadInput(f"to {to!r} is not a fax number such as +12048134699")
        if numbers and did_number not in numbers:
            raise BadInput(f"{did_number} is not a number of this account; it has: {_listed(call.account)}")
        return Recipient(did_number)
    active = next((n for n in numbers.values() if _active(call, n)), None)
    if active is not None:
        return Recipient(active.did_number)
    if numbers:
        raise BadInput(f"every number of this account has expired: {_listed(call.account)}; provision another")
    group = await atlas.did_group(atlas.EXAMPLE_GROUP)
    return Recipient(call.sandbox.numbers.next_of(group), group) if group else Recipient("+12048134698")


def _owned(call: ControlCall, recipient: Recipient) -> FaxNumber:
    """The account's number; one that has no numbers is given this one. Raises BadInput."""
    number = call.account.numbers.get(recipient.did_number)
    if number is None:
        try:
            return call.sandbox.numbers.give(call.account, recipient.did_number, recipient.group)
        except ValueError as error:
            raise BadInput(str(error)) from None
    if not _active(call, number):
        expired = to_the_second(number.expires_at)
        raise BadInput(f"{number.did_number} has expired at {expired} and receives nothing; provision another")
    return number


def _active(call: ControlCall, number: FaxNumber) -> bool:
    return number.status(call.sandbox.clock.now) is NumberStatus.ACTIVE


def _listed(account: Account) -> str:
    return ", ".join(account.numbers)


def _check_length(text: str) -> None:
    """Raise BadInput for a text that no fax has room for, before anything is made of it."""
    from fakefax.documents.fax_sheet import MAX_TEXT  # noqa: PLC0415 (only where a fax is made up)

    if len(text) > MAX_TEXT:
        raise BadInput(f"text has {len(text)} characters; {MAX_TEXT} fit on {MAX_FAX_PAGES} pages")


def _made_up(
    asked: IncomingFaxRequest, scenario: Scenario, incoming_fax_id: int, recipient: Recipient, sent_at: datetime
) -> tuple[str, str, "FaxSheet"]:
    """The sender, his company and what the fax says: as asked for, the rest made up."""
    from fakefax.scenario.fake_data import fax_sender, fax_sheet  # noqa: PLC0415 (only where a fax is made up)

    purpose = str(incoming_fax_id)
    sender, company = fax_sender(scenario.seed, purpose, scenario.locale)
    sender = sender if asked.from_ is UNSET else _sender(asked.from_)
    sheet = fax_sheet(
        scenario.seed,
        purpose,
        sender,
        company,
        recipient.did_number,
        sent_at,
        None if asked.text is UNSET else asked.text,
        None if asked.pages is UNSET else asked.pages,
        scenario.locale,
    )
    return sender, company, sheet


async def _drawn(call: ControlCall, asked: IncomingFaxRequest, sheet: "FaxSheet", incoming_fax_id: int) -> FaxFile:
    """The pages of a made-up fax. Raises BadInput."""
    pages = None if asked.pages is UNSET else asked.pages
    if asked.text is UNSET:
        pages = pages or 1
    try:
        return await call.sandbox.documents.make_up(f"fax {incoming_fax_id}", sheet, pages)
    except NotConvertible as problem:
        raise BadInput(f"this cannot be faxed: {problem}") from None


async def _converted(call: ControlCall, content: bytes, filename: str) -> FaxFile:
    """The pages of a file. Raises BadInput or TooLarge."""
    try:
        return await call.sandbox.documents.convert(Upload(filename, content))
    except NotConvertible as problem:
        raise BadInput(f"this cannot be faxed: {problem}") from None
    except (FileTooLarge, StorageFull) as problem:
        raise TooLarge(problem.reason) from None


def _sender(text: str) -> str:
    """The digits of a number (documented of the inbox), or what a machine without one says, such as anonymous."""
    number = fax_number(text)
    return text if number is None else number.removeprefix("+")


def _transmission(asked: IncomingFaxRequest, company: str, file: FaxFile) -> Transmission:
    return Transmission(
        rsid=company[:RSID_LENGTH] if asked.rsid is UNSET else asked.rsid,
        speed=asked.speed,
        duration=HANDSHAKE + SECONDS_A_PAGE * file.pages if asked.duration is UNSET else asked.duration,
        ecm=asked.ecm,
        compression=asked.compression,
    )


QUERY = {"attempts": ATTEMPTS}

INCOMING_ROUTES = (
    Route("POST", "/incoming-faxes", receive, "let a fax arrive", takes_file=True),
    Route("GET", "/incoming-faxes", index, "the faxes that arrived, and the attempts at their callbacks", QUERY),
    Route("GET", "/incoming-faxes/{incoming_fax_id}", show, "one of them", QUERY),
    Route(
        "GET",
        "/incoming-faxes/{incoming_fax_id}/attempts/{attempt}",
        attempt,
        "an attempt at its callback, with what was posted and what came back",
    ),
    Route("POST", "/incoming-faxes/{incoming_fax_id}/resend", resend, "its callback once more, now"),
)
