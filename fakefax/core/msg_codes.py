"""How a fax stands and how it ends, in the vendor's own words."""

from enum import StrEnum


class JobState(StrEnum):
    """The `status` of a fax job: executed until it ends (documented), then as in its receipt."""

    EXECUTED = "executed"
    SUCCESS = "success"
    FAILED = "failed"


class MsgCode(StrEnum):
    """How a fax ended, as the delivery receipt says it (documented: the reference page's webhook table)."""

    OK = "ok"
    UNKNOWN = "unknown"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FILE_ERROR = "file_error"
    HANGUP = "hangup"

    @property
    def state(self) -> JobState:
        return JobState.SUCCESS if self is MsgCode.OK else JobState.FAILED

    @property
    def message(self) -> str:
        """The text that goes with the code (documented)."""
        return _MESSAGES[self]


_MESSAGES = {
    MsgCode.OK: "Success! Your fax has been sent!",
    MsgCode.UNKNOWN: (
        "Fax Failed - Unknown Error ( We don’t know exactly what went wrong - contact us for more info )"  # noqa: RUF001 (theirs)
    ),
    MsgCode.NO_ANSWER: "Fax Failed - No Answer from Fax machine",
    MsgCode.BUSY: "Fax Failed - Line Busy ( The fax machine could be busy )",
    MsgCode.FILE_ERROR: "Fax Failed - File conversion failed. Re-upload and Retry",
    MsgCode.HANGUP: "Fax Failed - Early Hangup",
}
