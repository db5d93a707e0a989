"""How late an attempt really starts at rate 60 while 500 sends a second come in: the schedule is true under load.

The endpoint notes when each callback came, by the machine's monotonic clock; when it was due is simulated time, put
on that clock by asking fakefax for its time often and keeping the quickest answers.
"""

import time
from datetime import datetime

from benchmarks import load, steering
from benchmarks.context import Context
from benchmarks.peers import fakefax
from benchmarks.receiver import receiving
from benchmarks.results import Reach, Result, Samples
from benchmarks.running import Running, running

RATE = 60.0
SENDS_PER_SECOND = 500
SECONDS = 10
WANTED_MS = 50
CALIBRATIONS = 200


def run(context: Context) -> Result:
    samples: Samples = {"median": [], "p99": [], "latest": []}
    for _ in range(context.rounds):
        late = sorted(_lateness(context))
        samples["median"].append(late[len(late) // 2])
        samples["p99"].append(late[len(late) * 99 // 100])
        samples["latest"].append(late[-1])
    result = Result("Lateness at rate 60 under 500 sends/s", "ms", samples, against=None)
    found = result.median("p99")
    result.reaches = [Reach(f"p99 below {WANTED_MS} ms", f"{found:.1f} ms", found < WANTED_MS)]
    result.notes = [
        "From an attempt's due time until its request is at the endpoint; faxes take 20 to 60 simulated seconds."
    ]
    return result


def _lateness(context: Context) -> list[float]:
    with receiving() as receiver, running(fakefax.spread(RATE), receiver.url) as target:
        begins_at = _simulated_begin(target)
        sent = load.at_pace(target, SENDS_PER_SECOND, max(1.0, SECONDS * context.scale)).requests
        receiver.until_quiet(30)
        came = dict(receiver.received(calls=True).calls)
        if len(came) < sent:
            context.say(f"{len(came)} callbacks came for {sent} sends")
        due = {fax["fax_job_id"]: fax["finished_at"] for fax in steering.get(target, "faxes")["faxes"]}
    return [
        (moment - (begins_at + datetime.fromisoformat(due[job]).timestamp() / RATE)) * 1000
        for job, moment in came.items()
    ]


def _simulated_begin(target: Running) -> float:
    """Where on the monotonic clock simulated time would be 1970."""
    found = []
    for _ in range(CALIBRATIONS):
        asked = time.monotonic()
        now = datetime.fromisoformat(steering.get(target, "clock")["now"])
        answered = time.monotonic()
        found.append((answered - asked, (asked + answered) / 2 - now.timestamp() / RATE))
    return min(found)[1]
