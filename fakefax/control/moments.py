"""Times and durations in requests, and `as_of=`: the moment of the past that a request asks about."""

from datetime import datetime, timedelta

from fakefax.control.call import BadInput, ControlCall
from fakefax.core.history import NotInHistory, Past, moment_after, moment_at
from fakefax.scenario.build import parse_time
from fakefax.values.durations import parse_duration
from fakefax.values.numbers import whole_number

AS_OF = "As it was right after this entry of the journal (a `seq`), or at this simulated time."


def past(call: ControlCall) -> Past | None:
    """The past that is asked about, None for now. Raises BadInput, or JournalEvicted for what is not kept."""
    text = call.query.get("as_of")
    if text is None:
        return None
    journal = call.sandbox.journal
    try:
        seq = whole_number(text)
        if seq is None:
            moment = moment_at(journal, query_time("as_of", text), call.sandbox.clock.now)
        else:
            moment = moment_after(journal, seq)
    except NotInHistory as error:
        raise BadInput(f"as_of: {error}") from None
    return Past(journal, moment)


def query_time(name: str, text: str) -> datetime:
    """A query field as a time; the plus of a time zone may have come as a blank. Raises BadInput."""
    try:
        return parse_time(text.replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise BadInput(f"{name}: {error}") from None


def duration(name: str, text: str, *, otherwise: str = "") -> timedelta:
    """The field `name` as a duration. `otherwise` is what the field may be instead. Raises BadInput."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(f"{name}: {error}{otherwise and f', or {otherwise}'}") from None
