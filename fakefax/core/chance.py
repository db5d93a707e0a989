"""The one source of ids and of random choices; every choice is drawn from a seed and so comes again."""

import itertools
import random
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

T = TypeVar("T")

FIRST_FAX_JOB_ID = 200
"""The id in the vendor's example answer."""

FIRST_DOCUMENT_ID = 100
"""The id of the first upload; those below are left to scenarios."""

FIRST_NUMBER_ID = 775
FIRST_DID_ID = 6283433
FIRST_INCOMING_FAX_ID = 771
"""These are the ids in the examples of numbers, provisioning and incoming faxes."""

_MICROSECOND = timedelta(microseconds=1)


class RisingIds:
    """Rising ids, one series for a whole server.

    They go on rising over resets and sandboxes: an id that came again would collide with the
    application's own table of ids already seen.
    """

    def __init__(self, first: int) -> None:
        self._series = itertools.count(first)

    def take(self) -> int:
        return next(self._series)


class FaxJobIds(RisingIds):
    """The fax_job_ids of a server."""

    def __init__(self, first: int = FIRST_FAX_JOB_ID) -> None:
        super().__init__(first)


class DocumentIds(RisingIds):
    """The document_ids of the uploads to a server."""

    def __init__(self, first: int = FIRST_DOCUMENT_ID) -> None:
        super().__init__(first)


class ReceivingIds:
    """The series of ids about receiving: provisioned numbers, their DIDs, incoming faxes."""

    def __init__(self) -> None:
        self.numbers = RisingIds(FIRST_NUMBER_ID)
        self.dids = RisingIds(FIRST_DID_ID)
        self.incoming = RisingIds(FIRST_INCOMING_FAX_ID)


def incoming_uuid(seed: int, incoming_fax_id: int) -> str:
    """The uuid of an incoming fax; the same seed and id always give the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"fakefax/{seed}/incoming/{incoming_fax_id}"))


class ApiKeys:
    """New api_keys in UUID form, as the vendor's register answers them (documented): one series for a whole server.

    A seed always gives the same series, and no key of it comes twice.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(f"{seed}/api_keys")

    def take(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


class Salts:
    """Salts for passwords, each one new; a seed always gives the same series."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}/salts")

    def take(self) -> bytes:
        return self._random.randbytes(16)


class Chance:
    """Seeded choices for one purpose; what one purpose draws never shifts what another draws."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed = f"{seed}/{purpose}"

    @cached_property
    def _random(self) -> random.Random:
        """Made when something is drawn: it is two and a half kilobytes, and most rules draw nothing."""
        return random.Random(self._seed)

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of the keys, with the odds of its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def span(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """A span between the two ends, both included, in whole microseconds."""
        if shortest == longest:
            return shortest
        return shortest + self._random.randint(0, (longest - shortest) // _MICROSECOND) * _MICROSECOND
