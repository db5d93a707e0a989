"""Snapshots at hand: what `FakeFax.snapshot` gives and `FakeFax.restore` takes."""

import json
from pathlib import Path
from typing import Any

from fakefax.client.errors import WrongValue


class SavedSnapshot:
    """A sandbox as it was: its document as `text`, and what that says as `data`.

    saved = fakefax.snapshot()
    ...
    fakefax.restore(saved)
    """

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def text(self) -> str:
        """The document."""
        return self.content.decode()

    @property
    def data(self) -> dict[str, Any]:
        """The document as plain data; docs/reference/snapshots.md has its fields."""
        data: dict[str, Any] = json.loads(self.content)
        return data

    def save(self, path: str | Path) -> Path:
        """Write it to a file, for `@pytest.mark.fakefax(snapshot=...)` or `fakefax snapshot load`."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SavedSnapshot) and self.content == other.content

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<SavedSnapshot, {len(self.content):,} bytes>"


def document(saved: object) -> tuple[bytes, str]:
    """The document that is meant, and what a problem of it begins with. Raises WrongValue."""
    if isinstance(saved, SavedSnapshot):
        return saved.content, ""
    if not isinstance(saved, str | Path):
        raise WrongValue(f"{saved!r} is not a snapshot; give what fakefax.snapshot() returned, or a file's path")
    try:
        return Path(saved).read_bytes(), f"{saved}: "
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise WrongValue(f"the snapshot {saved} cannot be read: {reason}") from None
