"""Reads the files that come with fakefax, by means that a test of a program does not patch.

fakefax may serve in the process of the tests, which patch `open`, `io.open`, `os.path`, or Path while it answers.
From Python 3.12 on, even to join two parts of a Path takes those, so files are named by text.
"""

from importlib.machinery import SourceFileLoader

import fakefax

_loader = SourceFileLoader(fakefax.__name__, str(fakefax.__file__))
"""The loader that imports modules, and so reads files without any of these."""

_PACKAGE = str(fakefax.__file__).removesuffix("__init__.py")


def read_package_file(name: str) -> bytes:
    """The content of a file of the package, such as `page/static/index.html`. Raises OSError when there is none."""
    return read_file(_PACKAGE + name)


def read_file(path: str) -> bytes:
    """The content of a file. Raises OSError when there is none."""
    return _loader.get_data(path)
