"""The old name of `fakefax.client`; its names and modules are still here, with a deprecation warning."""

import sys
import warnings
from importlib import import_module

MODULES = ("errors", "receiver", "outcomes", "rules", "rule_fields", "assertions", "fakefax")
"""Modules that had the same name then: `from fakefax.handle.errors import NotNow`."""

__path__: list[str] = []  # a package, whose modules are those of fakefax.client
for _name in MODULES:
    sys.modules[f"{__name__}.{_name}"] = import_module(f"fakefax.client.{_name}")
warnings.warn("fakefax.handle is now fakefax.client; import from there", DeprecationWarning, 2)


def __getattr__(name: str) -> object:
    return getattr(import_module("fakefax.client"), name)
