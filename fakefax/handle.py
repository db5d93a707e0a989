"""The old name of `fakefax.client`; every name of it is still here, with a deprecation warning."""

import warnings


def __getattr__(name: str) -> object:
    from fakefax import client  # noqa: PLC0415 (only when an old name is used)

    value = getattr(client, name)
    warnings.warn(f"fakefax.handle is now fakefax.client; import {name} from there", DeprecationWarning, 2)
    return value
