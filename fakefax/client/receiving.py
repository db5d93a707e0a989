"""The members about faxes that arrive at the account's numbers."""

from base64 import b64encode
from pathlib import Path

from fakefax.client.connected import Connected
from fakefax.client.errors import WrongValue
from fakefax.schemas import IncomingFaxList, IncomingFaxView


class ReceivingMembers(Connected):
    """receive_fax, incoming_faxes."""

    def receive_fax(
        self,
        *,
        sender: str | None = None,
        to: str | None = None,
        pages: int | None = None,
        text: str | None = None,
        document: bytes | Path | None = None,
        after: str = "0",
    ) -> IncomingFaxView:
        """Let a fax arrive; what is left out is made up. Its PDF is posted to `received_fax_url`.

        fakefax.received_fax_url = app.url + "/faxto/received"
        fakefax.receive_fax(sender="+12025550123", pages=2)
        fakefax.advance("0s")                                  # the callback has been answered

        `to` is a number of the account, its first unless given; an account without any gets one. `text` is what
        stands on the page, `document` a file in its place; `after` is simulated time.
        Raises WrongValue for a number that is not the account's, and for what is no document.
        """
        if isinstance(document, Path):
            document = _content(document)
        if not isinstance(document, bytes | None):
            raise WrongValue(f"document {document!r} is neither the bytes of a file nor a Path to one")
        asked = {
            "from": sender,
            "to": to,
            "pages": pages,
            "text": text,
            "document": None if document is None else b64encode(document).decode(),
            "after": after,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return self._ask("POST", "/incoming-faxes", IncomingFaxView, given)

    @property
    def incoming_faxes(self) -> list[IncomingFaxView]:
        """The faxes that arrived or are on their way, oldest first, each with every attempt at its callback.

        (fax,) = fakefax.incoming_faxes
        assert fax.callback == "acknowledged"
        """
        return self._ask("GET", "/incoming-faxes", IncomingFaxList).incoming_faxes


def _content(path: Path) -> bytes:
    """What a file has. Raises WrongValue when it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise WrongValue(f"document {path} cannot be read: {reason}") from None
