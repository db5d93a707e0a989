"""Documents that are made from the code are up to date."""

import ast
import re
import textwrap
from functools import cache

import pytest

from fakefax import FakeFax
from fakefax.client.receiver import Receiver
from fakefax.client.rules import Given
from tests.documentation import PAGES
from tools import client_docs
from tools.docs import names, written

made = cache(written)


@pytest.mark.parametrize("page", names())
def test_documents_made_from_the_code_are_up_to_date(page: str):
    """`python -m tools.docs` would change nothing."""
    assert PAGES.get(page) == made()[page]


@pytest.mark.parametrize("described", [FakeFax, Given, Receiver])
def test_the_examples_in_docstrings_use_what_there_is(described: type):
    """Each piece of code in a docstring of the client is Python, and each member of `fakefax` in it exists."""
    for code in examples(described):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "fakefax":
                assert hasattr(FakeFax, node.attr), f"fakefax has no {node.attr}"


def examples(described: type) -> list[str]:
    """The pieces of code that the page of the client shows for a class."""
    text = client_docs.of_class(described)
    return [textwrap.dedent(code) for code in re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", text, re.MULTILINE)]
