"""Importing the client: its cost, and the old name that still works."""

import subprocess
import sys

import fakefax

SERVER = ("aiohttp", "yaml", "fakefax.server", "fakefax.scenario")
HEAVY = (*SERVER, "asyncio", "msgspec", "http", "email", "ssl", "fakefax.schemas")
RENAMED = "fakefax.handle is now fakefax.client; import from there"


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def test_a_command_imports_the_control_client_alone():
    """A question to a running fakefax loads neither the server nor the shapes of its answers."""
    code = f"""
import sys
from fakefax.client.control_client import ControlClient
ControlClient("http://127.0.0.1:8080")
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert run(code) == "[]"


def test_the_client_loads_no_server():
    """FakeFax for a fakefax that runs elsewhere loads no server."""
    code = f"""
import sys
from fakefax import FakeFax
FakeFax.connect("http://127.0.0.1:8080")
print([name for name in {SERVER!r} if name in sys.modules])
"""
    assert run(code) == "[]"


def test_the_old_name_still_works():
    """`fakefax.handle` and its modules give the same objects as `fakefax.client`, with a deprecation warning."""
    code = """
import warnings
import fakefax.client.receiver
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from fakefax.handle import FakeFax, NotRunning
    from fakefax.handle.errors import WrongValue
    from fakefax.handle.receiver import Receiver
assert (FakeFax, NotRunning, WrongValue) == (fakefax.FakeFax, fakefax.NotRunning, fakefax.WrongValue)
assert Receiver is fakefax.client.receiver.Receiver
print(*{(warning.category.__name__, str(warning.message), warning.filename) for warning in caught})
"""
    assert run(code) == f"('DeprecationWarning', '{RENAMED}', '<string>')"


def test_every_name_can_be_imported_from_the_package():
    """Each name of `fakefax.__all__` is there when it is asked for, and no other."""
    assert all(getattr(fakefax, name) is not None for name in fakefax.__all__)
    assert not hasattr(fakefax.client, "Something")
