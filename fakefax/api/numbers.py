"""Receiving: fax numbers, provisioned and listed."""

from asyncio import gather

import msgspec

from fakefax.api.call import Call
from fakefax.api.errors import MalformedParameter, MissingParameter
from fakefax.api.operation import READS, Operation, Parameter, Place, ValueKind
from fakefax.api.paging import PAGING, Meta, meta, window
from fakefax.api.params import whole_number
from fakefax.core.clock import ClockClosed
from fakefax.core.errors import UnknownDidGroup
from fakefax.core.receiving.incoming import NUMBER_TYPE, TRUNK_ID, FaxNumber, NumberStatus
from fakefax.geography import atlas
from fakefax.values.durations import to_the_day

IN_PATH = "{did_group_id}"

DID_GROUP_ID = Parameter(
    "did_group_id", "The DID group of the number; left out: 67.", ValueKind.WHOLE_NUMBER, example="67"
)
DID_GROUP_IN_PATH = Parameter(
    "did_group_id",
    f"The DID group of the number; or left as {IN_PATH}, with the id in the query.",
    ValueKind.WHOLE_NUMBER,
    Place.PATH,
    True,
    "67",
)


class ProvisionedNumber(msgspec.Struct):
    """A number as it was provisioned. The documentation says `didid`, the SDKs read `did_id`, which comes last."""

    id: int
    didid: int
    did_group_id: int
    country_code: str
    city_name: str
    area_code: str
    number: str
    type: str
    trunk_id: int
    did_id: int


class Provisioned(msgspec.Struct):
    """The number was provisioned."""

    status: str
    message: str
    data: ProvisionedNumber


class NumberRow(msgspec.Struct):
    """A number of the account; what lies nowhere has no place."""

    id: int
    order_reference: str | None
    country_code: str | None
    country: str | None
    city_name: str | None
    area_code: str | None
    did_group_id: int | None
    did_number: str
    expiration_date: str
    status: NumberStatus


class Numbers(msgspec.Struct):
    """A page of the account's numbers."""

    status: str
    numbers: list[NumberRow]
    meta: Meta


async def provision(call: Call) -> Provisioned:
    """POST or GET /countries/didgroups/{did_group_id}/provision, POST /provision-numbers (documented)."""
    did_group_id = _did_group_id(call)
    group = await atlas.did_group(did_group_id)
    if call.sandbox.closed:
        raise ClockClosed("this sandbox was reset or deleted while the DID group was looked up")
    if group is None:
        raise UnknownDidGroup(f"no country has DID group {did_group_id}; see GET /countries/CAN/didgroups")
    number = call.sandbox.numbers.provision(call.account, group)
    return Provisioned(
        "success",
        "Number has been provisioned.",
        ProvisionedNumber(
            number.number_id,
            number.did_id,
            group.did_group_id,
            group.country_code,
            group.city_name,
            group.area_code,
            number.did_number,
            NUMBER_TYPE,
            TRUNK_ID,
            number.did_id,
        ),
    )


def _did_group_id(call: Call) -> int:
    """From the path; or from the query when the path has the literal placeholder (seen of the SDKs)."""
    text = call.path.get("did_group_id")
    if text is not None and text != IN_PATH:
        number = whole_number(text)
        if number is None:
            raise MalformedParameter("did_group_id", text, "a whole number such as 67")
        return number
    if call.params.has("did_group_id"):
        return call.params.identifier("did_group_id")
    if text is None and call.sandbox.scenario.api.provision_without_group == "provision":
        call.reason = (
            f"no did_group_id, so a number of DID group {atlas.EXAMPLE_GROUP}; api.provision_without_group"
        )
        return atlas.EXAMPLE_GROUP
    raise MissingParameter("did_group_id")


async def list_numbers(call: Call) -> Numbers:
    """GET /numbers (documented), and GET /provision-numbers (seen): the oldest first, as in the example."""
    asked = window(call.params)
    numbers = list(call.account.numbers.values())
    shown = asked.of(numbers)
    await gather(*(_locate(number) for number in shown if number.group is None))
    return Numbers("success", [_row(call, number) for number in shown], meta(call, asked, len(numbers)))


async def _locate(number: FaxNumber) -> None:
    """Find out where a number lies that a scenario or a tester gave."""
    number.group = await atlas.group_of_number(number.did_number)


def _row(call: Call, number: FaxNumber) -> NumberRow:
    group = number.group
    return NumberRow(
        number.number_id,
        None,
        group.country_code if group else None,
        group.country if group else None,
        (group.city_name or None) if group else None,
        (group.area_code or None) if group else None,
        group.did_group_id if group and group.city_name else None,
        number.did_number,
        to_the_day(number.expires_at),
        number.status(call.sandbox.clock.now),
    )


PROVISION = Operation(
    "provision",
    "provision a fax number; it costs `pricing.number`",
    ("GET", "POST"),
    "/countries/didgroups/{did_group_id}/provision",
    provision,
    Provisioned,
    (DID_GROUP_IN_PATH,),
)
PROVISION_NUMBERS = Operation(
    "provision_numbers",
    "provision a fax number: `did_group_id`",
    ("POST",),
    "/provision-numbers",
    provision,
    Provisioned,
    (DID_GROUP_ID,),
)
NUMBERS = Operation(
    "numbers", "the account's fax numbers: `limit`, `page`", READS, "/numbers", list_numbers, Numbers, PAGING
)
PROVISIONED_NUMBERS = Operation(
    "provisioned_numbers",
    "the same, as five old SDKs ask for it",
    ("GET",),
    "/provision-numbers",
    list_numbers,
    Numbers,
    PAGING,
)
