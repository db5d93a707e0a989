"""Reads the files that come with fakefax, by means that a test of a program does not patch.

fakefax may serve in the process of the tests, which patch `open`, `io.open`, or methods of Path while it answers.
"""

from importlib.machinery import SourceFileLoader
from os import PathLike, fspath

import fakefax

_loader = SourceFileLoader(fakefax.__name__, str(fakefax.__file__))
"""The loader that imports modules, and so reads files without any of these."""


def read_package_file(path: PathLike[str]) -> bytes:
    """The content of a file. Raises OSError when there is none."""
    return _loader.get_data(fspath(path))
