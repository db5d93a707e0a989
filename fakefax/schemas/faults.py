"""The table of faults as the control API shows it."""

from typing import Any

from fakefax.core.faults.fault import FaultGroup
from fakefax.schemas.base import View


class FaultView(View, frozen=True):
    """A fault that can be dialled, written into a scenario or put in force.

    `key` is its name in a rule of `section`, `value` what it can be, and `example` what it is in `then`. `number`
    dials it in the default scenario. A rule made from it is used up after one use if `once`.
    """

    name: str
    group: FaultGroup
    description: str
    number: str
    section: str
    key: str
    value: str
    example: Any
    when: dict[str, Any]
    then: Any
    once: bool


class FaultList(View, frozen=True):
    """The table of faults: how a fax ends, faults of requests, faults of callbacks."""

    faults: list[FaultView]
