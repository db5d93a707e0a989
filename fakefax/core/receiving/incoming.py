"""The models of receiving: DID groups, provisioned numbers, faxes that arrive."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.timers import Timer
from fakefax.values.durations import to_the_second
from fakefax.values.forms import FilePart, Form

NUMBER_TYPE = "GEOGRAPHIC"
TRUNK_ID = 8934
"""Both as in the vendor's example answer."""

PDF = "application/pdf"


class DidGroup(Struct, frozen=True):
    """Numbers that can be had in one city of one area code.

    A number of the group is `prefix` and `digits` digits more; `first` is where the series of those begins.
    """

    did_group_id: int
    country_code: str
    country: str
    area_code: str
    city_name: str
    state_id: int | None
    prefix: str
    digits: int
    first: int

    def number(self, count: int) -> str:
        """The number number `count` of the group, counted from 0: `+` and digits."""
        return f"{self.prefix}{(self.first + count) % 10**self.digits:0{self.digits}}"


class NumberStatus(StrEnum):
    """Whether a number receives faxes. `Active` is documented, `Expired` is assumed."""

    ACTIVE = "Active"
    EXPIRED = "Expired"


class FaxNumber(Struct):
    """A number of an account. `price` is what was paid for it; None when it was given.

    `group` is None if the place was not looked up yet or is unknown.
    """

    number_id: int
    did_id: int
    did_number: str
    expires_at: datetime
    group: DidGroup | None = None
    price: Decimal | None = None

    def status(self, now: datetime) -> NumberStatus:
        """Active until the simulated clock has reached its expiration."""
        return NumberStatus.ACTIVE if now < self.expires_at else NumberStatus.EXPIRED


class Transmission(Struct, frozen=True):
    """How a fax came over the line: what the received-fax callback says beside the document.

    `rsid` is how the sending machine named itself, `speed` is in bits a second, `duration` in seconds.
    """

    rsid: str
    speed: int = 14400
    duration: int = 60
    ecm: str = "on"
    compression: str = "T.6"


class FaxFile(Struct, frozen=True):
    """The pages of a fax as a PDF."""

    data: bytes
    pages: int

    def __repr__(self) -> str:
        return f"FaxFile(pages={self.pages})"  # not the megabytes of PDF


class IncomingFax(Struct):
    """One fax to a number of an account. It arrives at `received_at`, which may lie ahead.

    `sender` is a number's digits (documented), or what a machine without one says. `callback` posts it.
    `timer` is set until it arrives.
    """

    incoming_fax_id: int
    uuid: str
    api_key: str
    number: FaxNumber
    sender: str
    received_at: datetime
    file: FaxFile
    transmission: Transmission
    arrived: bool = False
    callback: Callback | None = None
    timer: Timer | None = None

    @property
    def recipient(self) -> str:
        """The number that it came to, `+` and digits, as a rule of the scenario names it."""
        return f"+{self.number.did_number.lstrip('+')}"

    @property
    def pages(self) -> int:
        """Its pages, as a rule of the scenario sees them."""
        return self.file.pages

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts at its callback, oldest first."""
        return () if self.callback is None else self.callback.attempts

    @property
    def callback_form(self) -> Form:
        """The form posted to the account's URL for received faxes (documented names; the formats are assumed)."""
        line = self.transmission
        return {
            "uuid": self.uuid,
            "from": self.sender,
            "to": self.number.did_number,
            "time": to_the_second(self.received_at),
            "file": FilePart(self.filename, PDF, self.file.data),
            "rsid": line.rsid,
            "speed": str(line.speed),
            "duration": str(line.duration),
            "ecm": line.ecm,
            "pages": str(self.file.pages),
            "compression": line.compression,
        }

    @property
    def filename(self) -> str:
        """The vendor's own name for it: its time of arrival in hexadecimal (`597ef3a78a2dd.pdf`, documented)."""
        return f"{int(self.received_at.timestamp()):08x}{self.incoming_fax_id % 0x100000:05x}.pdf"

    @property
    def filesize(self) -> str:
        """The size as the vendor writes it: `120.45 KB` (documented; bytes and MB are assumed)."""
        size = len(self.file.data)
        if size < 1024:
            return f"{size} B"
        return f"{size / 1024:.2f} KB" if size < 1024**2 else f"{size / 1024**2:.2f} MB"
