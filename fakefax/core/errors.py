"""Refusals: one small class for each reason to refuse a request.

The message of each goes to the program in Fax.to's error shape; `reason` is for the tester and says more, in
characters that can be written down whatever bytes the request had.
"""

import traceback


class Refusal(Exception):
    """A request that is refused; nothing was charged and nothing was created."""

    message = "The request was refused"
    malformed = False
    """True if the request is wrong in itself: incomplete or unreadable."""

    def __init__(self, reason: str) -> None:
        self.reason = reason.encode("utf-8", "backslashreplace").decode()
        super().__init__(self.reason)


class UnknownDocument(Refusal):
    message = "Document not found"


class FileTooLarge(Refusal):
    message = "The file is too large"


class StorageFull(Refusal):
    message = "There is no room for the file"


class RemoteFileRefused(Refusal):
    message = "The remote file could not be fetched"


class NoPreview(Refusal):
    message = "File conversion failed. Re-upload and Retry"


class MalformedEmail(Refusal):
    message = "The email is invalid"


class EmailTaken(Refusal):
    message = "The email has already been taken"


class WrongLogin(Refusal):
    message = "These credentials do not match our records"


class UnknownFaxJob(Refusal):
    message = "Fax job not found"


class FaxJobEvicted(UnknownFaxJob):
    """A finished fax job that was evicted to keep to the limit of finished faxes."""


class UnknownCountry(Refusal):
    message = "Country not found"


class UnknownDidGroup(Refusal):
    message = "DID group not found"


class NoNumberLeft(Refusal):
    message = "No number available in this DID group"


class UnknownIncomingFax(Refusal):
    message = "Incoming fax not found"


class NotEnoughBalance(Refusal):
    message = "Insufficient balance"


def clear_tracebacks(error: BaseException) -> None:
    """Clear the frames of a handled error and of its causes.

    A frame that references its own error is a cycle: everything in it, such as a body of many megabytes, would
    stay in memory until the garbage collector runs.
    """
    following: BaseException | None = error
    while following is not None:
        traceback.clear_frames(following.__traceback__)
        following.__traceback__ = None
        cause, context = following.__cause__, following.__context__
        following.__context__ = None
        following = cause or context
