"""How many examples the tests with made-up values try: with TESTS_THOROUGH=1 in the environment many more."""

import os

THOROUGH = bool(os.environ.get("TESTS_THOROUGH"))


def examples(usual: int) -> int:
    """How many to try: ten times as many in a thorough run."""
    return 10 * usual if THOROUGH else usual
