"""All ready-made faults, with a name and a number each: how a fax ends, faults of requests, faults of callbacks."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from fakefax.core.faults.callback_faults import CALLBACK_FAULTS
from fakefax.core.faults.fault import Fault, FaultGroup, Row, Value
from fakefax.core.faults.request_faults import REQUEST_FAULTS
from fakefax.core.msg_codes import MsgCode

ENDS = {
    "msg_code": Fault(
        description="How the fax ends.",
        value=Value.CHOICE,
        example="busy",
        rows=(
            *(
                Row(
                    name=code.value,
                    number=f"+150055500{place:02}",
                    what=f"the fax ends `{code.value}`",
                    happened=f"{{point}} ended {code.value}",
                    then={"msg_code": code.value},
                    once=False,
                )
                for place, code in enumerate(
                    (
                        MsgCode.OK,
                        MsgCode.BUSY,
                        MsgCode.NO_ANSWER,
                        MsgCode.HANGUP,
                        MsgCode.FILE_ERROR,
                        MsgCode.UNKNOWN,
                    ),
                    1,
                )
            ),
            Row(
                name="busy_once",
                old_name="busy once, then ok",
                number="+15005550007",
                what="`busy` for the first fax, then `ok`",
                happened="{point} ended busy",
                then=[{"msg_code": "busy"}, {"msg_code": "ok"}],
                once=False,
            ),
        ),
    )
}
GROUPS: Mapping[FaultGroup, Mapping[str, Fault]] = {
    FaultGroup.ENDS: ENDS,
    FaultGroup.REQUEST: REQUEST_FAULTS,
    FaultGroup.CALLBACK: CALLBACK_FAULTS,
}


class ReadyFault(Struct, frozen=True):
    """One row of the table: a fault with a value, ready to be dialled, written or put in force.

    `old_name` is the name that tests have for it, `name` if they have no other. `key` is the fault's name in a
    rule, `value` what it can be, `example` what it is in this row. `when` and `then`
    are the rule; `dialled_when` is the condition of the default scenario without its number. `happened` is what a
    sentence says of it in the past tense.
    """

    name: str
    old_name: str
    group: FaultGroup
    description: str
    number: str
    key: str
    value: Value
    example: Any
    when: Mapping[str, Any]
    then: Any
    once: bool
    happened: str

    @property
    def dialled_when(self) -> Mapping[str, Any]:
        """A dialled fault of a request strikes the send; other requests name the number of the fax too."""
        return {"operation": "send_fax"} if self.group is FaultGroup.REQUEST else self.when


def _ready(group: FaultGroup, key: str, fault: Fault, row: Row) -> ReadyFault:
    then = {key: fault.example} if row.then is None else row.then
    first = then[0] if isinstance(then, list) else then
    return ReadyFault(
        row.name,
        row.old_name or row.name,
        group,
        row.what,
        row.number,
        key,
        fault.value,
        first[key],
        row.when,
        then,
        row.once,
        row.happened,
    )


def _rows() -> Iterator[ReadyFault]:
    for group, faults in GROUPS.items():
        ready = [_ready(group, key, fault, row) for key, fault in faults.items() for row in fault.rows]
        yield from sorted(ready, key=lambda row: row.number)


TABLE = {row.name: row for row in _rows()}
"""The rows by their names."""
