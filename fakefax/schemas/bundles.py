"""The bundle of a recorded sandbox."""

from typing import Any

from msgspec import UNSET, UnsetType

from fakefax.schemas.base import Moment, View

__all__ = ["BundleView"]


class BundleView(View, frozen=True):
    """All that went into a sandbox, in order, and all that came of it; every secret is masked.

    `scenario` is the one it began with, as resolved, and `settings` what the request for the sandbox wanted
    otherwise. `drawn` are the ids and keys it was given. `whole` is false when there was more than is kept. `test`
    has the texts that came with the request, masked too.
    """

    fakefax_bundle: int
    version: str
    start: Moment
    now: Moment
    owned: bool
    whole: bool
    settings: dict[str, Any]
    scenario: dict[str, Any]
    drawn: dict[str, Any]
    inputs: list[dict[str, Any]]
    outcome: dict[str, Any]
    test: dict[str, str] | UnsetType = UNSET
