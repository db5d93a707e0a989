"""Where the state of a sandbox lies. In memory now; a durable store has the same methods."""

from collections.abc import Iterable

from fakefax.core.models import FaxJob
from fakefax.core.refusals import UnknownFaxJob


class MemoryStore:
    """The fax jobs of one sandbox, in the order in which they were accepted."""

    def __init__(self) -> None:
        self._jobs: dict[int, FaxJob] = {}

    def add(self, job: FaxJob) -> None:
        self._jobs[job.fax_job_id] = job

    def fax_job(self, fax_job_id: int, api_key: str) -> FaxJob:
        """One job of an account. Raises UnknownFaxJob, for the job of another account too."""
        job = self._jobs.get(fax_job_id)
        if job is None or job.order.api_key != api_key:
            raise UnknownFaxJob(f"this key has no fax job {fax_job_id}")
        return job

    def fax_jobs(self, api_key: str) -> Iterable[FaxJob]:
        """The jobs of an account, oldest first."""
        return (job for job in self._jobs.values() if job.order.api_key == api_key)
