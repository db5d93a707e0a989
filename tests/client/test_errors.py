"""FakeFax refuses what it cannot do with a sentence, and always ends."""

import asyncio
import re
import threading
import urllib.request
from collections.abc import Callable
from datetime import timedelta

import pytest

from fakefax import FakeFax
from fakefax.client import AdvanceGaveUp, CannotListen, NotNow, NotRunning, Unknown, WrongValue
from tests.callbacks import endpoints
from tests.callbacks.endpoints import DEADLINE, raw_endpoint, receiver, send

NOT_RUNNING = r"^this FakeFax is not running; use it inside `with FakeFax\(\) as fax:`$"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"balance": "much"}, "^'much' is not an amount such as 0.15"),
        ({"balance": "-1"}, "^'-1' is below 0$"),
        ({"callback_url": "localhost"}, "^'localhost' is not an http or https URL"),
        ({"start": "noon"}, "^'noon' is not a time such as 2026-01-05T09:00:00Z$"),
    ],
)
def test_a_wrong_value_is_refused_at_once(values: dict[str, str], message: str):
    """A value that cannot be used is refused before anything is started."""
    with pytest.raises(ValueError, match=message):
        FakeFax(**values)  # type: ignore[arg-type]


def test_a_wrong_scenario_is_refused_at_once():
    """An unknown scenario is refused with the name that was meant."""
    with pytest.raises(WrongValue, match=r"^bussy: no shipped scenario has this name; did you mean 'busy'\?"):
        FakeFax("bussy")


def test_a_rate_out_of_reach_is_refused():
    """A rate below zero or beyond the limit is refused, at the start and when it is set."""
    with pytest.raises(ValueError, match=r"^-1 is not a rate from 0 \(paused\) to 100,000$"):
        FakeFax(rate=-1)
    with FakeFax() as fax, pytest.raises(ValueError, match=r"^1000000 is not a rate from 0 \(paused\) to 100,000$"):
        fax.rate = 1_000_000


def test_a_port_in_use_is_refused():
    """A port that is taken raises CannotListen, and leaves no thread behind."""
    with FakeFax() as fax:
        threads = threading.active_count()
        taken = FakeFax(port=int(fax.url.rpartition(":")[2]))
        with (
            pytest.raises(CannotListen, match=r"the port is in use; give another port, or 0 for a free one$"),
            taken,
        ):
            pytest.fail("it must not start")
        assert threading.active_count() == threads


def test_a_slip_in_a_name_is_refused():
    """An unknown attribute cannot be set, so that a misspelt callback URL is noticed."""
    with FakeFax() as fax, pytest.raises(AttributeError, match=r"has no 'callbackurl' to set; there are: balance,"):
        fax.callbackurl = "http://127.0.0.1:1/faxto"  # type: ignore[attr-defined]


def test_a_wrong_document_is_refused():
    """The name of a file is not its content."""
    with FakeFax() as fax, pytest.raises(ValueError, match=r"document 'x\.pdf' is neither the bytes of a file"):
        fax.receive_fax(document="x.pdf")  # type: ignore[arg-type]


def test_wrong_values_change_nothing():
    """A setter or a step that is refused leaves everything as it was."""
    with FakeFax() as fax:
        before = fax.now, fax.balance, fax.callback_url
        with pytest.raises(ValueError, match=r"^'nowhere' is not an http or https URL"):
            fax.callback_url = "nowhere"
        with pytest.raises(ValueError, match=r"^a balance of -1\.00 is below 0"):
            fax.balance = -1
        with pytest.raises(ValueError, match=r"^'15' is not a duration"):
            fax.advance("15")
        with pytest.raises(NotNow, match=r"^time cannot go back"):
            fax.advance_to("2020-01-01T00:00:00Z")
        assert (fax.now, fax.balance, fax.callback_url) == before


def test_a_refused_resend_says_why():
    """Resending needs a fax that exists, has ended and has somewhere to go."""
    with FakeFax() as fax:
        with pytest.raises(Unknown):
            fax.resend(1)
        fax_job_id = send(fax)
        with pytest.raises(NotNow, match=r"has not ended yet, so it has no receipt to send$"):
            fax.resend(fax_job_id)
        fax.advance("1m")
        with pytest.raises(NotNow, match=r"^no callback URL is set for this key;"):
            fax.resend(fax_job_id)


def test_outside_of_with_it_says_so():
    """A fake that has not been started, or has ended, raises instead of hanging."""
    fax = FakeFax()
    with pytest.raises(RuntimeError, match=NOT_RUNNING):
        fax.callback_url = "http://127.0.0.1:9/"
    with pytest.raises(RuntimeError, match=NOT_RUNNING):
        fax.advance("1m")
    with fax:
        fax.advance("1m")
    with pytest.raises(RuntimeError, match=NOT_RUNNING):
        fax.advance("1m")


async def test_it_ends_while_a_delivery_hangs():
    """Leaving the with-block does not wait for an endpoint that never answers."""

    def hang_and_leave(url: str) -> None:
        with FakeFax(callback_url=url, callback_timeout=60) as fax:
            send(fax)
            with pytest.raises(AdvanceGaveUp):
                fax.advance("1m", budget=0.05)

    with raw_endpoint(endpoints.hangs) as hanging:
        async with asyncio.timeout(2):
            await asyncio.to_thread(hang_and_leave, hanging.url)


def test_it_ends_while_another_thread_advances():
    """An advance that is under way in another thread ends with an error when the fake ends."""
    errors: list[BaseException] = []
    with raw_endpoint(endpoints.hangs) as hanging:
        with FakeFax(callback_url=hanging.url, callback_timeout=60) as fax:
            send(fax)

            def advance() -> None:
                try:
                    fax.advance("1h", budget=60)
                except NotNow as error:
                    errors.append(error)

            other = threading.Thread(target=advance)
            other.start()
            assert hanging.connected.wait(DEADLINE)
        other.join(DEADLINE)
    assert [str(error) for error in errors] == ["this sandbox was reset or closed while it was being advanced"]


def test_an_exception_in_the_block_comes_out():
    """A failing test fails with its own error, and the server is gone."""
    urls = []

    def fail_inside() -> None:
        with FakeFax() as fax:
            urls.append(fax.url)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{urls[0]}/_fakefax/readyz", timeout=DEADLINE)


def test_a_fake_can_be_used_again():
    """A second `with` is a new sandbox with a new connection to callback endpoints; ids go on rising."""
    fax = FakeFax()
    with receiver(lambda _: 200) as endpoint:
        ids = []
        for _ in range(2):
            with fax:
                fax.callback_url = endpoint.url()
                ids.append(send(fax))
                fax.advance("1m")
                assert [attempt.status_code for attempt in fax.faxes[0].attempts] == [200]
    assert ids == [200, 201]


def test_resets_from_many_threads_leave_one_sandbox():
    """After resets at the same time, the API and the client use the same sandbox."""
    with FakeFax() as fax:
        for _ in range(5):
            threads = [threading.Thread(target=fax.reset) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            fax_job_id = send(fax)
            assert [job.fax_job_id for job in fax.faxes] == [fax_job_id]


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda fax: fax.advance(60), "60 is not a duration such as 45s, 15m, 1h30m or 48h"),
        (
            lambda fax: fax.advance(timedelta(seconds=-1)),
            "datetime.timedelta(days=-1, seconds=86399) is below 0; time cannot go back",
        ),
        (
            lambda fax: FakeFax.connect(fax.url, api_key=fax.api_key, balance="5", rate=1),
            "balance, rate: an account that is there already keeps its own",
        ),
        (lambda fax: setattr(fax, "rate", -1), "-1 is not a rate from 0 (paused) to 100,000"),
        (lambda _: FakeFax(callback_timeout="soon"), "'soon' is not a duration such as 45s, 15m, 1h30m or 48h"),
        (lambda fax: setattr(fax, "rate", "fast"), "'fast' is not a rate from 0 (paused) to 100,000"),
        (
            lambda fax: setattr(fax, "callback_url", 5),
            "5 is not an http or https URL such as http://localhost:8000/faxto",
        ),
        (lambda fax: fax.advance("1s", budget="soon"), "'soon' is not a duration such as 45s, 15m, 1h30m or 48h"),
        (lambda _: FakeFax(seed=1.5), "seed 1.5 is not a whole number"),  # type: ignore[arg-type]
        (lambda _: FakeFax(callback_timeout=0), "0 is not between 1ms and 1h"),
        (
            lambda _: FakeFax(rate="fast"),  # type: ignore[arg-type]
            "'fast' is not a rate from 0 (paused) to 100,000",
        ),
    ],
)
def test_a_wrong_argument_is_named(use: Callable[[FakeFax], object], message: str):
    """A wrong value says what it was and what would be right, at once and not in the background."""
    with FakeFax() as fax, pytest.raises((ValueError, NotNow), match=f"^{re.escape(message)}$"):
        use(fax)


def test_a_start_may_be_a_time_of_another_fake():
    """Simulated time can begin where another fake's stands."""
    with FakeFax(start="2026-01-05T09:00:00Z") as one, FakeFax(start=one.now) as other:
        assert one.now == other.now


def test_nobody_waits_for_a_fake_that_ends():
    """Threads that ask while the block is left get an answer or NotRunning, and never wait for ever."""
    for _ in range(10):
        asked = threading.Event()
        ended: list[NotRunning] = []

        def ask(fax: FakeFax, asked: threading.Event, ended: list[NotRunning]) -> None:
            try:
                while True:
                    asked.set()
                    _ = fax.faxes
            except NotRunning as error:
                ended.append(error)

        with FakeFax() as fax:
            threads = [threading.Thread(target=ask, args=(fax, asked, ended), daemon=True) for _ in range(3)]
            for thread in threads:
                thread.start()
            assert asked.wait(DEADLINE)
        for thread in threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()
        assert len(ended) == 3


def test_a_running_fake_is_not_started_again():
    """One FakeFax is one server: a second `with` inside the first says so and leaves the first alone."""
    with FakeFax() as fax:
        with pytest.raises(RuntimeError, match=r"^this FakeFax is running already; make another FakeFax"), fax:
            pass
        assert fax.faxes == []


def test_there_is_no_address_outside_of_with():
    """An address that nobody listens at is not given."""
    fax = FakeFax()
    for ask in (lambda: fax.url, lambda: fax.base_url, lambda: fax.api_key, lambda: fax.balance):
        with pytest.raises(NotRunning, match=NOT_RUNNING):
            ask()
