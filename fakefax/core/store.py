"""Where the state of a sandbox lies. In memory now; a durable store has the same methods."""

import re
from collections.abc import Iterable, Iterator

from fakefax.core.models import FaxJob
from fakefax.core.refusals import UnknownFaxJob

_ID = re.compile(r"[0-9]{1,16}")


class MemoryStore:
    """The fax jobs of one sandbox, in the order in which they were accepted."""

    def __init__(self) -> None:
        self._jobs: dict[int, FaxJob] = {}

    def add(self, job: FaxJob) -> None:
        self._jobs[job.fax_job_id] = job

    def fax_job(self, fax_job_id: int | str, api_key: str) -> FaxJob:
        """One job of an account, by its id or the text of it.

        Raises UnknownFaxJob for what is no id, and for the job of another account too.
        """
        if isinstance(fax_job_id, str) and not _ID.fullmatch(fax_job_id):
            raise UnknownFaxJob(f"{fax_job_id!r} is not a fax_job_id; it is a whole number")
        job = self._jobs.get(int(fax_job_id))
        if job is None or job.order.api_key != api_key:
            raise UnknownFaxJob(f"this key has no fax job {fax_job_id}")
        return job

    def find(self, fax_job_id: int) -> FaxJob | None:
        """One job, whoever's it is."""
        return self._jobs.get(fax_job_id)

    def fax_jobs(self, api_key: str) -> Iterable[FaxJob]:
        """The jobs of an account, oldest first."""
        return (job for job in self._jobs.values() if job.order.api_key == api_key)

    def newest_fax_jobs(self, api_key: str) -> Iterator[FaxJob]:
        """The jobs of an account, newest first."""
        return (job for job in reversed(self._jobs.values()) if job.order.api_key == api_key)
