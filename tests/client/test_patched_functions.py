"""Functions that a test patches in its process are not patched for the server that runs there."""

import asyncio
import builtins
import contextlib
import hashlib
import io
import json
import os
import pathlib
import random  # noqa: TID251 (to patch it)
import secrets  # noqa: TID251 (likewise)
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any, NoReturn

import pytest

from fakefax import FakeFax
from tests.client.whole_api import WholeApi

OWNERS: dict[str, list[Any]] = {
    "files": [os, os.path, pathlib.Path, tempfile, shutil, subprocess],
    "sockets, threads and tasks": [socket, socket.socket],
    "values": [json, json.JSONEncoder, json.JSONDecoder, time, random],
}
"""Modules and classes whose functions are patched, all of a group at once."""

OPEN = [(builtins, "open"), (io, "open"), (io, "open_code"), (os, "open"), (os, "stat")]

FUNCTIONS = {
    "files": OPEN,
    "sockets, threads and tasks": [
        *((threading, "Thread"), (threading, "Timer"), (subprocess, "Popen")),
        *(
            (asyncio, name)
            for name in ("sleep", "gather", "wait", "wait_for", "timeout", "create_task", "to_thread", "run")
        ),
    ],
    "values": [(hashlib, "sha256"), (hashlib, "md5"), (uuid, "uuid4"), (secrets, "token_hex")],
}
"""Functions that are patched besides."""

LEFT = {"fspath", "inet_pton", "PathLike", "SocketIO"}
"""Not patched: what asyncio and the server of the receiver are made of, which are Python's own."""

Place = tuple[Any, str]


def broken(owner: Any, name: str) -> Callable[..., NoReturn]:
    def fails(*_: object, **__: object) -> NoReturn:
        raise OSError(f"{owner.__name__}.{name} is patched by a test")

    return fails


def functions(owner: Any) -> Iterator[Place]:
    for name in dir(owner):
        value = getattr(owner, name)
        is_an_error_or_number = isinstance(value, type) and issubclass(value, BaseException | int)
        if callable(value) and not name.startswith("_") and not is_an_error_or_number and name not in LEFT:
            yield owner, name


@contextlib.contextmanager
def all_broken(places: list[Place]) -> Iterator[None]:
    """Each of these functions raises."""
    before = [(owner, name, vars(owner).get(name)) for owner, name in places]
    try:
        for owner, name in places:
            setattr(owner, name, broken(owner, name))
        yield
    finally:
        for owner, name, value in before:
            if value is None:  # it was inherited
                delattr(owner, name)
            else:
                setattr(owner, name, value)


@pytest.mark.parametrize("patched", OWNERS)
def test_a_patched_function_does_not_reach_the_server(patched: str):
    """All of both APIs works, whichever functions fail, large uploads and callbacks among it."""
    found = [place for owner in OWNERS[patched] for place in functions(owner)]
    places = list(dict.fromkeys([*found, *FUNCTIONS[patched]]))
    assert len(places) >= 30
    with FakeFax() as fax, WholeApi(fax) as api, all_broken(places):
        api.walk()


FIRST_USES = """
import os
from pathlib import Path
from unittest import mock
from pyfakefs.fake_filesystem_unittest import Patcher
from tests.client.test_patched_functions import OPEN, all_broken, functions
from tests.client.whole_api import WholeApi

def test_in_pyfakefs(fakefax):
    with WholeApi(fakefax) as api, Patcher():
        assert not Path(__file__).exists()
        api.walk()

def test_with_patched_functions(fakefax):
    places = [*OPEN, *functions(Path), *functions(os), *functions(os.path)]
    with WholeApi(fakefax) as api, all_broken(places):
        api.walk()

def test_as_usual(fakefax):
    with WholeApi(fakefax) as api:
        api.walk()
"""


def test_the_first_use_of_a_part_may_be_under_patches(pytester: pytest.Pytester):
    """Modules that a server imports when they are needed are there, in pyfakefs and where no file can be read.

    pytest would read them by functions that are patched: it rewrites the assertions of fakefax as of every plugin,
    unless none is loaded by itself. So the others are left out by name: to load them takes as long as the tests.
    """
    pytester.makepyfile(FIRST_USES)
    pytester.syspathinsert(pathlib.Path(__file__).parents[2])
    others = {plugin.name for plugin in entry_points(group="pytest11")} - {"fakefax"}
    left_out = [part for name in sorted(others) for part in ("-p", f"no:{name}")]
    pytester.runpytest_subprocess("-p", "no:cacheprovider", *left_out).assert_outcomes(passed=3)
