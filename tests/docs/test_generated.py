"""What the documentation has from the code is up to date."""

import pytest

from tests.documentation import PAGES
from tools.docs import written

MADE = written()


@pytest.mark.parametrize("page", MADE)
def test_what_is_made_from_the_code_is_up_to_date(page: str):
    """`python -m tools.docs` would change nothing."""
    assert PAGES.get(page) == MADE[page]
