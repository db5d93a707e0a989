"""A process that has loaded all of fakefax, and forks for each command: a test need not wait for the same imports.

`tests.processes` starts it with a socket. An order has the words and environment of a command, and its files; the
answer is the id of the new process, which is a command like any other from then on.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import threading
import time
import warnings
from typing import Any

import fakefax
from fakefax.__main__ import main

REFUSED = 2
"""The status of a command that has refused its arguments and begun nothing. Its process ends without taking the
interpreter down, which would copy all that was loaded before the fork: three quarters of what such a test takes."""

MAX_ORDER = 1024**2
"""Bytes; an environment may be large."""


def load_everything(*, but: str = "__main__") -> None:
    """Import every module whose libraries are installed, except those with `but` in their names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in pkgutil.walk_packages(fakefax.__path__, "fakefax."):
            if but not in module.name and "__main__" not in module.name:
                with contextlib.suppress(ImportError):
                    importlib.import_module(module.name)


def serve(orders: socket.socket) -> dict[str, Any] | None:
    """Carry out orders until the tests are over, which is None. In a forked process it returns its order."""
    while True:
        message, files, _, _ = socket.recv_fds(orders, MAX_ORDER, 3)
        if not message:
            return None
        order = json.loads(message)
        if "wait" in order:
            status = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
            orders.send(str(status).encode())
            continue
        process_id = os.fork()
        if not process_id:
            orders.close()
            take_over_files(files)
            return dict(order)
        for file in files:
            os.close(file)
        orders.send(str(process_id).encode())


def take_over_files(files: list[int]) -> None:
    """They become standard input, output and error."""
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)


def become(order: dict[str, Any]) -> None:
    """Be the process of this command."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    sys.argv = [str(fakefax.__path__[0]) + "/__main__.py", *order["words"]]
    try:
        main()
    except SystemExit as ended:
        if ended.code == REFUSED and threading.active_count() == 1:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            os._exit(REFUSED)
        raise


if __name__ == "__main__":
    load_everything(but="pytest_plugin")
    gc.collect()
    gc.freeze()
    given = serve(socket.socket(fileno=int(sys.argv[1])))
    if given is not None:
        become(given)
