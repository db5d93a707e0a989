"""Sockets, imports, files of the package and temporary files as they are when this module is imported.

fakefax may serve in the process of the tests. A test that patches `socket.socket.connect`, `builtins.open` or
`tempfile.mkstemp` means the program under test, and not the server that stands in for Fax.to.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import FileIO
from socket import SOCK_STREAM, getaddrinfo, socket
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import fakefax

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importing it would load all of importlib.resources

_LATE = {"fakefax", "yaml", "difflib", "gzip"}
"""Packages with modules that a server imports when they are first needed."""

_find_spec = PathFinder.find_spec


class _Kept(Loader):
    """Loads a module once, by another loader. Afterwards it is that module again.

    pyfakefs takes out of `sys.modules` whatever was imported meanwhile, and parts of YAML cannot be loaded twice.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._module: ModuleType | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._module or self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if self._module is None:
            self._loader.exec_module(module)
            self._module = module


_kept: dict[str, _Kept] = {}


class OwnModules:
    """Finds modules that are imported while a server runs, as Python itself does.

    Under pytest they would be looked for, and those of fakefax loaded, by its rewriter of assertions, by means of
    `open`, `os.stat` and `os.path`. A server imports what few need when it is first needed, and a test may have
    patched those by then. To import it all at the start would cost each run 75 ms.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of these packages; None for another, which is for the next finder."""
        if fullname.partition(".")[0] not in _LATE:
            return None
        spec = _find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _kept.setdefault(fullname, _Kept(spec.loader))
        return spec

    def start(self) -> None:
        """Come before the other finders."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Leave `sys.meta_path`, if a test has not replaced it meanwhile."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)


_loader = SourceFileLoader(fakefax.__name__, str(fakefax.__file__))
"""The loader that imports modules, and so reads files without `open`, `io.open`, `os.path` or Path.

From Python 3.12 on, even to join two parts of a Path takes those, so files are named by text.
"""

_PACKAGE = str(fakefax.__file__).removesuffix("__init__.py")


def read_package_file(name: str) -> bytes:
    """The content of a file of the package, such as `page/static/index.html`. Raises OSError when there is none."""
    return read_file(_PACKAGE + name)


def read_file(path: str) -> bytes:
    """The content of a file. Raises OSError when there is none."""
    return _loader.get_data(path)


class OwnSocket(socket):
    """A socket whose methods are those of now, and which accepts sockets of its own kind."""


def _bind_methods() -> None:
    for name in dir(socket):
        method = getattr(socket, name)
        if callable(method) and not name.startswith("_"):
            setattr(OwnSocket, name, method)
    accept: object = socket.accept
    if isinstance(accept, FunctionType):
        # It looks the class of the accepted socket up in its module, where a test may put another one.
        names = {**accept.__globals__, "socket": OwnSocket}
        own = FunctionType(accept.__code__, names, "accept", accept.__defaults__, accept.__closure__)
        setattr(OwnSocket, "accept", own)  # noqa: B010 (an assignment would have to be of a method)


_bind_methods()


own_getaddrinfo = partial(getaddrinfo)


def own_socket(info: tuple[int, int, int, str, Any]) -> socket:
    """A socket for an address as getaddrinfo returns it, not connected."""
    family, kind, protocol, *_ = info
    return OwnSocket(family, kind, protocol)


def connected(host: str, port: int, timeout: float) -> OwnSocket:
    """A socket with a connection to the first address of a host that takes one. Raises OSError."""
    failure = OSError(f"the host {host} has no address")
    for family, kind, protocol, _, address in own_getaddrinfo(host, port, 0, SOCK_STREAM):
        sock = OwnSocket(family, kind, protocol)
        try:
            sock.settimeout(timeout)
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


_open = partial(os.open)
_unlink = partial(os.unlink)
_random_name = partial(os.urandom, 16)
_folder: list[str] = []


def find_temporary_folder() -> None:
    """Find the folder for temporary files, once. Raises FileNotFoundError if there is none that can be used."""
    if not _folder:
        _folder.append(tempfile.gettempdir())


def temporary_file() -> FileIO:
    """A file without a name, to write to and to read. Raises OSError."""
    find_temporary_folder()
    name = f"{_folder[0]}{os.sep}fakefax-{_random_name().hex()}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    if sys.platform == "win32":
        return FileIO(_open(name, flags | os.O_BINARY | os.O_TEMPORARY | os.O_NOINHERIT, 0o600), "r+")
    handle = _open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    _unlink(name)
    return FileIO(handle, "r+")
