"""Errors about a value that a test gave are shown at the line that gave it."""

from tests.pytest_plugin.conftest import Run

TESTS = """
    def test_fields(fakefax):
        fakefax.given(fax_numbr="+44*").busy()

    def test_pages(fakefax):
        fakefax.receive_fax(pages=0)

    def test_own(fakefax):
        int("x")
"""


def test_a_wrong_value_is_shown_at_the_line_of_the_test(run: Run):
    """The line of the test is followed by the sentence, with none of fakefax's own lines between them."""
    result = run(TESTS)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            '>*fakefax.given(fax_numbr="+44[*]").busy()',
            "E *WrongValue: when.fax_numbr: unknown key; did you mean 'fax_number'? (*",
            ">*fakefax.receive_fax(pages=0)",
            "E *WrongValue: pages: 0 is not a whole number from 1 to 500",
            '>*int("x")',
            "E *ValueError: invalid literal for int*",
        ],
        consecutive=False,
    )
    result.stdout.no_fnmatch_line("*client*control_client.py*")


def test_the_whole_traceback_can_be_had(run: Run):
    """With --full-trace nothing is left out."""
    run(TESTS, "--full-trace", "-k", "fields").stdout.fnmatch_lines(["*client*control_client.py*"])
