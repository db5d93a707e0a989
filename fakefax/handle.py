"""The old name of `fakefax.client`; its names and modules are still here, with a deprecation warning."""

import sys
import warnings
from importlib import import_module

MODULES = {
    **{name: name for name in ("errors", "receiver", "outcomes", "rules", "assertions", "fakefax")},
    "rule_fields": "rules",
}
"""Its modules, and where each is now: `from fakefax.handle.errors import NotNow`."""

__path__: list[str] = []  # a package, whose modules are those of fakefax.client
for _name, _now in MODULES.items():
    sys.modules[f"{__name__}.{_name}"] = import_module(f"fakefax.client.{_now}")
warnings.warn("fakefax.handle is now fakefax.client; import from there", DeprecationWarning, 2)


def __getattr__(name: str) -> object:
    return getattr(import_module("fakefax.client"), name)
