"""The store of fax jobs: what it says of those that were evicted."""

import pytest

from fakefax.core.errors import FaxJobEvicted, UnknownFaxJob
from fakefax.core.store import MemoryStore
from tests.core.books import fax_job


def test_only_ids_among_those_evicted_may_be_gone():
    """Faxes settle in any order: the lowest and the highest evicted id count, and an id beyond them is unknown."""
    store = MemoryStore(fax_limit=2)
    jobs = {fax_job_id: fax_job(fax_job_id) for fax_job_id in range(300, 306)}
    for job in jobs.values():
        store.add(job)
    store.evict([jobs[302], jobs[301], jobs[304], jobs[303]])
    assert [job.fax_job_id for job in store] == [300, 305]
    assert store.count_evicted("key") == 4
    for fax_job_id in (301, 302, 303, 304):
        with pytest.raises(FaxJobEvicted, match="4 finished faxes up to fax job 304 were evicted"):
            store.fax_job(fax_job_id, "key")
    for unknown in (299, 306):
        assert store.why_gone(unknown) is None
        with pytest.raises(UnknownFaxJob):
            store.fax_job(unknown, "key")
