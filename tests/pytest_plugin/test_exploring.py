"""pytest --fakefax-explore and @pytest.mark.fakefax(explore=True)."""

from html import escape

import pytest

from fakefax.bundles.files import read_bundle
from tests import processes
from tests.pytest_plugin.conftest import Run

LOST = "send_fax#1:lose_reply=after_commit"
ONE_FAULT = f"--fakefax-explore={LOST}"
FEW_FAULTS = "--fakefax-explore=send_fax#1:lose_reply=*"

NAIVE = """
import pytest
from fakefax import fakefax_invariant


def send_twice(send):
    try:
        send()
    except OSError:
        send()
"""


def test_everything_is_as_before_without_it(run: Run):
    """Nothing is collected beside the tests, unless a marker or the option asks for it."""
    run("def test_it(fakefax): pass").assert_outcomes(passed=1)


def test_only_tests_that_use_it_are_explored(run: Run):
    """Not those without the fixture, nor those that say no; and a marker needs no option."""
    result = run(
        """
        import pytest

        def test_without(): pass

        @pytest.mark.fakefax(explore=False)
        def test_never(fakefax): pass

        def test_with(fakefax, send):
            send()
        """,
        "--fakefax-explore",
    )
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["test_inner.py::test_with[[]explore]: * runs: * ok (*"])
    run("import pytest\n@pytest.mark.fakefax(explore=True)\ndef test_it(fakefax): pass").assert_outcomes(passed=2)


def test_function_fixtures_are_made_anew_and_wider_ones_are_not(run: Run):
    """Each run has its own sandbox, tmp_path and fixtures; those of the module are made once, and ended once."""
    result = run(
        """
        import pytest

        MADE = []

        @pytest.fixture(scope="module")
        def wide():
            MADE.append("wide")
            yield
            MADE.append("end")

        @pytest.fixture
        def narrow(wide, fakefax):
            MADE.append("narrow")
            yield
            MADE.append(fakefax.api_key)

        class TestIt:
            @pytest.mark.fakefax(explore=True)
            @pytest.mark.parametrize("number", ["+4930123456", "+[1"])
            def test_it(self, narrow, fakefax, send, tmp_path, monkeypatch, request, number):
                assert not list(tmp_path.iterdir())
                (tmp_path / "used").touch()
                assert request.instance is self
                assert not hasattr(self, "used")
                self.used = True
                send("+4930123456")
        """,
        "--fakefax-explore=send_fax#1:refuse=*",
    )
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*TestIt::test_it[[]+4930123456-explore]: 5 runs: 5 ok*"])
    result.stdout.fnmatch_lines(["*TestIt::test_it[[]+[[]1-explore]: 5 runs: 5 ok*"])


def test_wide_fixtures_end_before_the_next_module(run: Run, pytester: pytest.Pytester):
    """The last run is torn down as the last test of a module is; the next module begins in order."""
    pytester.makepyfile(
        test_after="""
        import pytest
        import test_inner

        @pytest.mark.fakefax(explore=False)
        def test_after(fakefax):
            assert test_inner.MADE == ["wide", "end"]
        """
    )
    result = run(
        """
        import pytest

        MADE = []

        @pytest.fixture(scope="module", autouse=True)
        def wide():
            MADE.append("wide")
            yield
            MADE.append("end")

        @pytest.mark.fakefax(explore=True)
        def test_it(fakefax, send):
            send()
        """,
        FEW_FAULTS,
        "test_inner.py",
        "test_after.py",
    )
    result.assert_outcomes(passed=3)


def test_requests_of_fixtures_are_points_too(run: Run):
    """The fault is there before the first fixture sends; a set-up that fails is a run that is judged."""
    result = run(
        NAIVE
        + """
@pytest.fixture
def sent(send):
    send_twice(send)

def test_it(fakefax, sent): pass
""",
        FEW_FAULTS,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "paid twice: send_fax#1:lose_reply=after_commit",
            "  the reply of the first send was lost after the charge, and the program sent document 10 to "
            "+15005550001 again: faxes * and *, paid twice.",
            "  pytest 'test_inner.py::test_it[[]explore]' --fakefax-explore='send_fax#1:lose_reply=after_commit'",
        ]
    )


def test_a_finding_is_run_again_by_its_line(run: Run):
    """The line of a finding runs the test as it is, and the one fault."""
    result = run(
        NAIVE + "def test_it(fakefax, send): send_twice(send)", "test_inner.py::test_it[explore]", ONE_FAULT
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1 run: 0 ok, 1 paid twice"])


def test_own_assertions_count_when_it_is_strict(run: Run):
    """A test may rightly see another result under a fault; one that says strict may not."""
    test = """
        import pytest

        @pytest.mark.fakefax(explore={explore})
        def test_it(fakefax, send):
            assert "fax_job_id" in send()
        """
    fault = "--fakefax-explore=send_fax#1:status=500"
    result = run(test.format(explore=True), fault)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*1 run: 1 ok (1 in which the test itself failed)"])
    result = run(test.format(explore='"strict"'), fault)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["failed its test: send_fax#1:status=500", "  the first send was answered with 500, *"]
    )


def test_an_async_test_is_judged_on_its_own_loop(run: Run):
    """Its endpoint answers while time goes on, and its invariants may be async."""
    result = run(
        """
        import pytest
        from aiohttp import ClientSession, web
        from aiohttp.test_utils import TestServer
        from fakefax import fakefax_invariant

        @pytest.fixture
        async def app(fakefax):
            seen = []

            async def receipt(request):
                seen.append((await request.post())["fax_job_id"])
                return web.Response()

            app = web.Application()
            app.router.add_post("/faxto", receipt)
            async with TestServer(app) as server:
                fakefax.callback_url = str(server.make_url("/faxto"))
                yield seen

        @fakefax_invariant
        async def no_receipt_twice(app):
            assert len(set(app)) == len(app)

        @pytest.mark.fakefax(explore=True)
        async def test_it(fakefax, app):
            order = {"api_key": fakefax.api_key, "fax_number": "+4930123456", "document_id": 10}
            async with ClientSession() as client:
                async with client.post(fakefax.base_url + "/fax", data=order) as answer:
                    await answer.read()
            await fakefax.aio.advance("1m")
        """,
        "--fakefax-explore=receipt#1:*",
        "--asyncio-mode=auto",
        *("-o", "asyncio_default_fixture_loop_scope=function"),
        plugins=("pytest_asyncio.plugin",),
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["10 runs: 8 ok, 2 broke no_receipt_twice"])
    result.stdout.fnmatch_lines(["broke no_receipt_twice: receipt#1:duplicate"])
    result.stdout.fnmatch_lines(["broke no_receipt_twice: receipt#1:duplicate", "  also at receipt#1:lose_ack"])


def test_slow_teardowns_are_told(run: Run):
    """Most of the time may go by where nobody looks: http.server ends only when its thread looks next."""
    result = run(
        """
import time
import pytest
import fakefax.pytest_plugin.exploring as exploring

@pytest.fixture
def app():
    exploring.SLOW_TEARDOWN = 0.1
    yield
    time.sleep(0.1)

def test_it(fakefax, send, app): send()
""",
        "--fakefax-explore=send_fax#1:refuse=*",
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["  the teardown of its fixtures took * of * s; an http.server ends immediately after *"]
    )


def test_a_hanging_test_is_a_finding(run: Run):
    """A program that asks until it gets an answer never ends; the run does."""
    result = run(
        """
        import time
        import pytest

        @pytest.mark.fakefax(explore=True)
        def test_it(fakefax, send):
            send()
            while not fakefax.faxes:
                time.sleep(0.01)
        """,
        "--fakefax-explore=send_fax#1:status=500",
        "--fakefax-explore-hang=0.5s",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "hung: send_fax#1:status=500",
            "  the first send was answered with 500, and the test had not ended after *.* s.",
        ]
    )


def test_known_findings_of_the_ini_file(run: Run, pytester: pytest.Pytester):
    """They do not fail the run, are counted, and have to go when they no longer happen."""
    pytester.makeini("[pytest]\nfakefax_explore_known = known.txt")
    pytester.path.joinpath("known.txt").write_text(
        "[test_inner.py::test_it]\nsend_fax#1:lose_reply=after_commit  paid twice\n"
    )
    naive = run(NAIVE + "def test_it(fakefax, send): send_twice(send)", ONE_FAULT)
    naive.assert_outcomes(passed=2)
    naive.stdout.fnmatch_lines(["*1 run: 0 ok, 1 paid twice; 1 of the findings known"])
    mended = run("def test_it(fakefax, send): send()", ONE_FAULT)
    mended.assert_outcomes(passed=1, failed=1)
    mended.stdout.fnmatch_lines(["no longer happens: send_fax#1:lose_reply=after_commit; *"])


def test_a_test_that_fails_or_skips_by_itself_is_not_explored(run: Run):
    """The test's own report says why; the exploration is skipped."""
    result = run(
        """
        import pytest

        def test_fails(fakefax): assert not "an invoice"

        @pytest.mark.skip
        def test_skips(fakefax): pass
        """,
        "--fakefax-explore",
        "-rs",
    )
    result.assert_outcomes(failed=1, skipped=3)
    result.stdout.fnmatch_lines(["SKIPPED *explored is what passes without a fault: *an invoice*"])


def test_an_endpoint_that_ends_with_the_body_is_not_waited_for(run: Run):
    """Its receipts cannot be acknowledged any more, which is not the program's doing, and it is said."""
    result = run(
        """
        import http.server
        import threading
        import pytest

        class Endpoint(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()

        @pytest.mark.fakefax(explore=True)
        def test_it(fakefax, send):
            with http.server.HTTPServer(("127.0.0.1", 0), Endpoint) as server:
                threading.Thread(target=server.serve_forever, args=(0.01,)).start()
                fakefax.callback_url = f"http://127.0.0.1:{server.server_port}/"
                try:
                    send()
                    fakefax.advance("1m")
                finally:
                    server.shutdown()
        """,
        FEW_FAULTS,
        "-v",
        "-rA",
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["nothing listened at the callback URL any more when the test's body had ended*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--fakefax-explore", "test_inner.py"),
            "*write the path of tests first: pytest test_inner.py --*",
        ),
        (("--fakefax-explore=nothing",), "*--fakefax-explore: 'nothing' is not pairs, *"),
        (("--fakefax-explore=pairs:x",), "*--fakefax-explore: 'pairs:x' is not *"),
        (("--fakefax-explore", "--fakefax-explore-time=soon"), "*--fakefax-explore-time: 'soon' *"),
    ],
)
def test_a_wrong_option_is_reported_before_the_first_test(run: Run, arguments: tuple[str, ...], said: str):
    """With the cure."""
    result = run("def test_it(fakefax): pass", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("explore='always'", "*explore: 'always' is not True, \"strict\" or False"),
        ("explore=True", "*explore: the test does not use the fixture fakefax"),
    ],
)
def test_a_wrong_marker_is_reported_at_collection(run: Run, marker: str, said: str):
    """With the test that has it."""
    result = run(f"import pytest\n@pytest.mark.fakefax({marker})\ndef test_it(): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize("name", ["send_fax#9:reset", "send_fax#1:rset", "fax_costs#*:reset"])
def test_a_name_that_fits_nothing_is_reported_with_what_there_is(run: Run, name: str):
    """The exploration fails with the points, or the faults, of the run."""
    result = run("def test_it(fakefax, send): send()", f"--fakefax-explore={name}")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"*'{name}'*send_fax#1*"])


def test_a_report_for_each_finding_and_a_page_for_all(run: Run, pytester: pytest.Pytester):
    """The red cell leads to the report, the index to the page; it replays; it goes with its finding."""
    folder = pytester.path / "reports"
    naive = run(NAIVE + "def test_it(fakefax, send): send_twice(send)", ONE_FAULT, f"--fakefax-report={folder}")
    (page,) = folder.glob("explored-test_it-explore-*.html")
    (report,) = folder.glob("test_it-explore-send_fax-*.html")
    again = f"pytest 'test_inner.py::test_it[explore]' --fakefax-explore='{LOST}'"
    naive.stdout.fnmatch_lines([f"  fakefax replay *{report.name}", f"all points and faults: *{page.name}"])
    assert read_bundle(report)["test"]["again"] == again
    assert escape(again) in report.read_text(encoding="utf-8")
    assert f"to run the program again: {again}\n" in processes.run("report", str(report)).stdout
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "of an earlier run" not in index
    assert "fakefax: 2 reports" in index
    assert "a run of test_inner.py::test_it[explore]" in index
    assert f'<a href="{report.name}">paid twice</a>' in page.read_text(encoding="utf-8")
    assert page.name in (folder / "index.html").read_text(encoding="utf-8")
    assert "lost after the charge, and the program sent document 10" in report.read_text(encoding="utf-8")

    replayed = processes.run("replay", str(folder))
    assert (replayed.returncode, "the same journal, to the byte" in replayed.stdout) == (0, True)
    of_page = processes.run("replay", str(page))
    assert of_page.returncode == 2
    assert "is the page of an exploration, not a report of one run; replay the report of a run: fakefax replay" in (
        of_page.stdout
    )
    assert f"fakefax replay {report}" in of_page.stdout

    run("def test_it(fakefax, send): send()", ONE_FAULT, f"--fakefax-report={folder}")
    assert list(folder.iterdir()) == []


def test_no_key_is_in_what_an_exploration_writes(run: Run, pytester: pytest.Pytester):
    """An assertion may show it. Each run has another key, and all of them are one bug."""
    folder = pytester.path / "reports"
    result = run(
        """
import pytest

@pytest.mark.fakefax(explore="strict")
def test_it(fakefax, send):
    print("KEY", fakefax.api_key)
    answer = send()
    assert "fax_job_id" in answer, f"{fakefax.api_key} failed"
""",
        "--fakefax-explore=send_fax#1:refuse=*",
        f"--fakefax-report={folder}",
        "-s",
    )
    keys = {line.partition("KEY ")[2].split()[0] for line in result.outlines if "KEY " in line}
    assert len(keys) == 7
    result.stdout.fnmatch_lines(["failed its test: send_fax#1:refuse=not_enough_balance", "  also at send_fax#1:*"])
    written = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    told = "\n".join(line for line in result.outlines if "KEY " not in line)
    assert "... failed" in written
    assert not [key for key in keys if key in written + told]


def test_what_is_found_without_any_fault_goes_when_it_is_mended(run: Run, pytester: pytest.Pytester):
    """Its report has the line that runs all of it again."""
    folder = pytester.path / "reports"
    twice = run("def test_it(fakefax, send): send(), send()", ONE_FAULT, f"--fakefax-report={folder}")
    twice.stdout.fnmatch_lines(
        ["paid twice: no fault", "  pytest 'test_inner.py::test_it[[]explore]' --fakefax-explore"]
    )
    assert len(list(folder.iterdir())) == 3
    run("def test_it(fakefax, send): send()", ONE_FAULT, f"--fakefax-report={folder}")
    assert list(folder.iterdir()) == []


def test_runs_that_show_the_same_bug_are_one_row_of_the_index(run: Run, pytester: pytest.Pytester):
    """Each report is there and linked; one that was not asked for again stays, listed with the page."""
    folder = pytester.path / "reports"
    test = """
def test_it(fakefax, send):
    try:
        answer = send()
    except OSError:
        answer = {}
    if "fax_job_id" not in answer:
        send()
"""
    run(test, "--fakefax-explore=send_fax#1:*commit", f"--fakefax-report={folder}").stdout.fnmatch_lines(
        [
            "paid twice: send_fax#1:lose_reply=after_commit",
            "  also at send_fax#1:status_504_after_commit",
            "fakefax: 3 reports, */index.html",
        ]
    )
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert (index.count("<li>"), index.count("<a ")) == (2, 3)
    assert "a run of test_inner.py::test_it[explore]; also at <a href=" in index
    assert "of an earlier run" not in index

    run("def test_it(fakefax, send): send()", ONE_FAULT, f"--fakefax-report={folder}")
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert index.count("of an earlier run") == 2
    assert "fakefax: 2 reports" in index
    assert "explored-test_it" in index


def test_a_run_that_cannot_be_judged_is_not_clean(run: Run):
    """A program that ends the sandbox takes the evidence along; that is a finding, without any fault."""
    result = run(
        """
        import pytest, urllib.request

        @pytest.mark.fakefax(explore=True)
        def test_it(fakefax):
            url = f"{fakefax.url}/_fakefax/sandboxes?api_key={fakefax.api_key}"
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()
        """,
        "-k",
        "explore",
    )
    result.stdout.fnmatch_lines(["not judged: no fault", "  without any fault, it could not be judged: *"])


def test_pairs_are_run_after_single_faults(run: Run):
    """Within the number that is asked for; the second fault may strike what only the first has brought about."""
    result = run(
        """
        import pytest

        @pytest.mark.fakefax(explore=True)
        def test_it(fakefax, send):
            for _ in range(2):
                try:
                    if not fakefax.faxes:
                        send()
                except OSError:
                    pass
            assert fakefax.faxes
        """,
        "--fakefax-explore=pairs:3",
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*pairs of faults, of which 3 are run", "*explore]: 21 runs: 21 ok*"])
