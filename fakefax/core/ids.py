"""Ids and api_keys: rising series for a whole server, of which each replica takes its own."""

import re
import uuid

from msgspec import Struct

from fakefax.core.randomness import Seeded

FIRST_FAX_JOB_ID = 200
"""The id in the vendor's example answer."""

FIRST_DOCUMENT_ID = 100
"""The id of the first upload; those below are left to scenarios."""

FIRST_NUMBER_ID = 775
FIRST_DID_ID = 6283433
FIRST_INCOMING_FAX_ID = 771
"""These are the ids in the examples of numbers, provisioning and incoming faxes."""

MAX_REPLICAS = 10_000

_AT_HOME = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-0{8}([0-9]{4})"


class Replica(Struct, frozen=True):
    """The share of ids that a server takes of each series: replica n of N takes every N-th, beginning with n.

    `offset` counts from 0 and is below `step`. Raises ValueError.
    """

    offset: int = 0
    step: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.step <= MAX_REPLICAS:
            raise ValueError(f"the id step {self.step} is not from 1 to {MAX_REPLICAS}")
        if not 0 <= self.offset < self.step:
            raise ValueError(
                f"the id offset {self.offset} is not from 0 to {self.step - 1}, which id step {self.step} allows; "
                f"replica n of N, counted from 0, has offset n and step N"
            )

    def __str__(self) -> str:
        return f"replica {self.offset} of {self.step}"


ALONE = Replica()
"""The share of a server that is alone."""


class RisingIds:
    """Rising ids, one series for a whole server and, each taking its share, for all its replicas.

    They go on rising over resets and sandboxes: an id that came again would collide with the
    application's own table of ids already seen.
    """

    def __init__(self, first: int, share: Replica = ALONE) -> None:
        self._step = share.step
        self.next_id = first + share.offset

    def take(self) -> int:
        taken = self.next_id
        self.next_id += self._step
        return taken

    def owns(self, taken: int) -> bool:
        """Whether an id is of this server's share; any other is for another replica to give out."""
        return (self.next_id - taken) % self._step == 0

    def pass_by(self, taken: int) -> None:
        """Never give out this id, nor one below it."""
        if taken >= self.next_id:
            self.next_id = taken + self._step - (taken - self.next_id) % self._step


class FaxJobIds(RisingIds):
    """The fax_job_ids of a server."""

    def __init__(self, share: Replica = ALONE) -> None:
        super().__init__(FIRST_FAX_JOB_ID, share)


class DocumentIds(RisingIds):
    """The document_ids of the uploads to a server."""

    def __init__(self, share: Replica = ALONE) -> None:
        super().__init__(FIRST_DOCUMENT_ID, share)


class ReceivingIds:
    """The series of ids about receiving: provisioned numbers, their DIDs, incoming faxes."""

    def __init__(self, share: Replica = ALONE) -> None:
        self.numbers = RisingIds(FIRST_NUMBER_ID, share)
        self.dids = RisingIds(FIRST_DID_ID, share)
        self.incoming = RisingIds(FIRST_INCOMING_FAX_ID, share)


def incoming_uuid(seed: int, incoming_fax_id: int) -> str:
    """The uuid of an incoming fax; the same seed and id always give the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"fakefax/{seed}/incoming/{incoming_fax_id}"))


class ApiKeys(Seeded):
    """New api_keys in UUID form, as the vendor's register answers them (documented): one series for a whole server.

    A seed always gives the same series, and no key of it comes twice. With replicas the last group of each key is
    the number of the replica that gave it out, twelve decimal digits: so a proxy knows where the key is at home.
    """

    def __init__(self, seed: int = 0, share: Replica = ALONE) -> None:
        super().__init__(seed, "api_keys")
        self._home = "" if share.step == 1 else f"{share.offset:012}"

    def take(self) -> str:
        key = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return f"{key[:24]}{self._home}" if self._home else key


def home_of(api_key: str) -> int | None:
    """The number of the replica that gave a key out, None for a key that does not say."""
    found = re.fullmatch(_AT_HOME, api_key)
    return int(found[1]) if found else None
