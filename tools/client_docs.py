"""The members of the Python client, from their signatures and docstrings."""

import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import fakefax
from fakefax import FakeFax
from fakefax.client.receiver import Received, Receiver
from fakefax.client.rules import Given

HIDDEN = {"take", "wait_until_gone"}
"""Members that only the plugin and the receiver's own server use."""


def members() -> str:
    """FakeFax, what it hands out, and what can go wrong."""
    parts = [of_class(each) for each in (FakeFax, Given, Receiver, Received)]
    return "\n" + "\n".join([*parts, "### Errors\n", *_errors()]) + "\n"


def of_class(described: type) -> str:
    """A class with every member."""
    heading = f"### {described.__name__}\n\n{_text(described)}\n"
    return "\n".join([heading, *(_member(described, name) for name in _names(described))])


def _names(described: type) -> Iterator[str]:
    inherited = dir(tuple) if issubclass(described, tuple) else ()
    for name in dir(described):
        member = inspect.getattr_static(described, name)
        if name.startswith("_") or name in HIDDEN or name in inherited or not callable(_function(member)):
            continue
        yield name


def _member(described: type, name: str) -> str:
    member = inspect.getattr_static(described, name)
    function = _function(member)
    shown = "" if isinstance(member, property | cached_property) else _signature(function)
    title = f"#### {described.__name__}.{name}\n" if described is not FakeFax else f"#### {name}\n"
    call = f"`{name}{shown}`\n\n" if shown else ""
    return f"{title}\n{call}{_text(function)}\n"


def _function(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def _signature(function: Any) -> str:
    """Parameters and result as a reader would write them: without self, without the modules of types."""
    text = str(inspect.signature(function)).removesuffix(" -> None")
    text = re.sub(r"\((self|cls)(, )?", "(", text)
    text = re.sub(r"\*<class '([\w.]*)'>|\bUnpack\[([\w.]*)\]", r"\1\2", text)  # the latter from Python 3.14 on
    text = re.sub(r"\bUnion\[([^\[\]]*), (Literal\[[^\[\]]*\])\]", r"\1 | \2", text)  # as Python 3.14 has it
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)


def _text(described: Any) -> str:
    """A docstring as Markdown: its code, which stands by itself, becomes a block of code."""
    doc = inspect.cleandoc(described.__doc__ or "")
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", doc):
        lines = textwrap.dedent(paragraph)
        is_code = re.match(
            r"(fakefax\.|with |async with |app |assert |\(fax,\)|print\(|\w+ = fakefax|saved = )", lines
        )
        paragraphs.append(textwrap.indent(lines, "    ") if is_code else lines.replace("\n", " "))
    return "\n\n".join(paragraphs)


def _errors() -> Iterator[str]:
    yield "All are a `FakeFaxError`.\n"
    yield "| error | also a | |\n| --- | --- | --- |"
    for name in fakefax.__all__:
        error = getattr(fakefax, name)
        if (
            isinstance(error, type)
            and issubclass(error, fakefax.FakeFaxError)
            and error is not fakefax.FakeFaxError
        ):
            other = ", ".join(f"`{base.__name__}`" for base in error.__bases__ if base is not fakefax.FakeFaxError)
            yield f"| `{name}` | {other} | {inspect.cleandoc(error.__doc__ or '').replace(chr(10), ' ')} |"
