"""48 hours of retries in one `advance`: 193 real attempts at an endpoint that is down or answers 503."""

import time

from benchmarks import steering
from benchmarks.context import Context
from benchmarks.peers import fakefax
from benchmarks.receiver import receiving
from benchmarks.results import Reach, Result, Samples
from benchmarks.running import free_port, running, send_once

ATTEMPTS = 193
WANTED = 0.3


def run(context: Context) -> Result:
    seconds: Samples = {"answers 503": [], "nobody listens": []}
    with receiving(status=503) as receiver:
        urls = {"answers 503": receiver.url, "nobody listens": f"http://127.0.0.1:{free_port()}/"}
        for _ in range(context.rounds):
            for name, url in urls.items():
                seconds[name].append(_walk(url))
    reaches = [
        Reach(f"under {WANTED} s, {name}", f"{max(values):.2f} s at most", max(values) < WANTED)
        for name, values in seconds.items()
    ]
    return Result("48 hours of retries at a dead endpoint", "s", seconds, reaches, against=None)


def _walk(url: str) -> float:
    with running(fakefax.paused()) as target:
        steering.post(target, "clock/advance", {"by": "1m"})  # what was sent to see that it is up
        steering.patch(target, "account", {"callback_url": url})
        send_once(target.port, target.peer.send)
        begin = time.perf_counter()
        answer = steering.post(target, "clock/advance", {"by": "48h1m"})
        spent = time.perf_counter() - begin
        newest = steering.get(target, "faxes")["faxes"][-1]
        attempts = steering.get(target, f"faxes/{newest['fax_job_id']}")["attempts"]
    assert answer["settled"], answer
    assert len(attempts) == ATTEMPTS, len(attempts)
    return spent
