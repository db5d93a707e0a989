"""Which rows of a list a page has."""

import pytest

from fakefax.api.errors import MalformedParameter
from fakefax.api.paging import Window, window
from fakefax.api.params import Params


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ({}, list(range(15))),
        ({"limit": "", "page": ""}, list(range(15))),
        ({"limit": "2"}, [0, 1]),
        ({"limit": "2", "page": "3"}, [4, 5]),
        ({"limit": 2, "page": 3}, [4, 5]),
        ({"page": "2"}, [15, 16, 17, 18, 19]),
        ({"page": "3"}, []),
        ({"limit": "9999999999"}, list(range(20))),
        ({"page": "9999999999999999"}, []),
    ],
)
def test_a_page_has_its_rows(values, rows):
    """`limit` rows a page, 15 when it is left out; pages count from 1, and beyond the last one there is nothing."""
    assert list(window(Params(values)).of(range(20))) == rows


@pytest.mark.parametrize("values", [{"limit": "0"}, {"page": "0"}, {"limit": "-1"}, {"page": "x"}, {"page": "1.5"}])
def test_a_wrong_count_is_refused(values):
    """A limit or page that is not a whole number from 1 is refused by name."""
    with pytest.raises(MalformedParameter, match=next(iter(values))):
        window(Params(values))


def test_a_window_is_the_first_page_by_default():
    """Without `page` and `limit` the answer is the first page."""
    assert Window() == Window(15, 1)
