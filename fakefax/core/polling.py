"""What the status answer says of a fax, be it true, ahead of the receipt or behind it."""

from datetime import datetime

from fakefax.core.faults import Poll
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import JobState


def polled_status(job: FaxJob, now: datetime) -> JobState:
    """The status that a program is told; it is another than the job's while a rule has it ahead or behind."""
    if job.callback_fault is None or job.callback_fault.action.poll is None:
        return job.status
    fault = job.callback_fault.action
    ends = job.finished_at or job.accepted_at + job.plan.after
    shown_from = ends - fault.poll_by if fault.poll is Poll.AHEAD else ends + fault.poll_by
    return job.plan.msg_code.state if now >= shown_from else JobState.EXECUTED
