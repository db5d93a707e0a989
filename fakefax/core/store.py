"""The fax jobs of a sandbox, in memory. A durable store would have the same methods."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from fakefax.core.errors import FaxJobEvicted, UnknownFaxJob
from fakefax.core.models import FaxJob
from fakefax.values.numbers import whole_number

DEFAULT_FAX_LIMIT = 25_000


class EvictedJobs(Struct):
    """The evicted fax jobs of one account: how many, and their lowest and highest id."""

    count: int
    first_id: int
    last_id: int

    def add(self, fax_job_id: int) -> None:
        self.count += 1
        self.first_id = min(self.first_id, fax_job_id)
        self.last_id = max(self.last_id, fax_job_id)


class MemoryStore:
    """The fax jobs of one sandbox, in the order in which they were accepted.

    It keeps at least the last `fax_limit` finished jobs; `evicted` counts the others, by api_key.
    `leaving` is called for each job that is evicted.
    """

    def __init__(self, fax_limit: int = DEFAULT_FAX_LIMIT) -> None:
        self.fax_limit = fax_limit
        self._jobs: dict[int, FaxJob] = {}
        self.evicted: dict[str, EvictedJobs] = {}
        self.leaving: Callable[[FaxJob], None] | None = None

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[FaxJob]:
        return iter(self._jobs.values())

    def add(self, job: FaxJob) -> None:
        self._jobs[job.fax_job_id] = job

    def fax_job(self, fax_job_id: int | str, api_key: str) -> FaxJob:
        """One job of an account, by its id or the text of it.

        Raises UnknownFaxJob for a bad id or another account's job; FaxJobEvicted for a job that may have been
        evicted.
        """
        number = whole_number(fax_job_id) if isinstance(fax_job_id, str) else fax_job_id
        if number is None:
            raise UnknownFaxJob(f"{fax_job_id!r} is not a fax_job_id; it is a whole number")
        job = self._jobs.get(number)
        if job is None or job.order.api_key != api_key:
            why = self.why_gone(number, api_key) if job is None else None
            raise FaxJobEvicted(why) if why else UnknownFaxJob(f"this key has no fax job {fax_job_id}")
        return job

    def find(self, fax_job_id: int) -> FaxJob | None:
        """One job of any account."""
        return self._jobs.get(fax_job_id)

    def fax_jobs(self, api_key: str) -> Iterable[FaxJob]:
        """The jobs of an account that are kept, oldest first."""
        return (job for job in self._jobs.values() if job.order.api_key == api_key)

    def newest_fax_jobs(self, api_key: str) -> Iterator[FaxJob]:
        """The jobs of an account that are kept, newest first."""
        return (job for job in reversed(self._jobs.values()) if job.order.api_key == api_key)

    def evict(self, jobs: Iterable[FaxJob]) -> None:
        """Evict jobs. The link to the receipt is cut so that the memory is freed at once."""
        for job in jobs:
            if self.leaving is not None:
                self.leaving(job)
            fax_job_id = job.fax_job_id
            del self._jobs[fax_job_id]
            job.receipt = None
            known = self.evicted.get(job.order.api_key)
            if known is None:
                known = self.evicted[job.order.api_key] = EvictedJobs(0, fax_job_id, fax_job_id)
            known.add(fax_job_id)

    def count_evicted(self, api_key: str) -> int:
        """How many jobs of an account were evicted."""
        known = self.evicted.get(api_key)
        return 0 if known is None else known.count

    def why_gone(self, fax_job_id: int, api_key: str | None = None) -> str | None:
        """The reason why a job of this account (or of any) is missing, or None if it never existed."""
        for key, known in self.evicted.items():
            if api_key in (None, key) and known.first_id <= fax_job_id <= known.last_id:
                return (
                    f"fax job {fax_job_id} is not kept any more, if there was one: {known.count:,} finished faxes "
                    f"up to fax job {known.last_id} were evicted to keep the last {self.fax_limit:,}; "
                    f"start with a larger --fax-limit"
                )
        return None
