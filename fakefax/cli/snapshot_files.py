"""Snapshots as files: a name stands for a file in one folder, a path for itself, - for standard input or output."""

import contextlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from fakefax.cli.output import Failure
from fakefax.values.errors import why_not_json
from fakefax.values.suggestions import did_you_mean

FOLDER = Path(".fakefax/snapshots")
STANDARD = "-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class SnapshotFile(NamedTuple):
    """A document that was read: how it was named, its bytes, and what it says."""

    name: str
    content: bytes
    data: dict[str, Any]


def path_of(name: str, folder: Path) -> Path:
    """The file that is meant. Raises Failure for what is neither a name nor a path."""
    if "/" in name or os.sep in name or name.endswith(".json"):
        return Path(name)
    if not _NAME.fullmatch(name):
        raise Failure(f"{name!r} is neither a name (letters, digits, . _ -) nor the path of a .json file")
    return folder / f"{name}.json"


def names_in(folder: Path) -> list[str]:
    """The names of the snapshots in a folder."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read(name: str, folder: Path) -> SnapshotFile:
    """The snapshot of this name, path or -. Raises Failure when it is not there or is not a snapshot."""
    if name == STANDARD:
        return _read("standard input", sys.stdin.buffer.read())
    path = path_of(name, folder)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        known = names_in(folder)
        listed = f"{folder} has: {', '.join(known[:20])}" if known else f"{folder} has none"
        raise Failure(f"there is no {path}{did_you_mean(name, known)}; {listed}") from None
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None
    return _read(str(path), content)


def _read(place: str, content: bytes) -> SnapshotFile:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{place} is not a snapshot: it is not JSON: {why_not_json(error)}") from None
    if not isinstance(data, dict) or "fakefax_snapshot" not in data:
        raise Failure(f"{place} is not a snapshot: it has no fakefax_snapshot")
    return SnapshotFile(place, content, data)


def write(name: str, folder: Path, content: bytes) -> str:
    """Write a snapshot, whole or not at all, and say where it is. Raises Failure."""
    if name == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return "standard output"
    path = path_of(name, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from None
    return str(path)


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file in the place of the one that is there, if there is one."""
    from tempfile import mkstemp  # noqa: PLC0415 (only to save one)

    handle, beside = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


def remove(name: str, folder: Path) -> Path:
    """Remove the file of a snapshot. Raises Failure."""
    path = path_of(name, folder)
    try:
        path.unlink()
    except OSError as error:
        known = names_in(folder)
        raise Failure(f"{path} cannot be removed: {error.strerror}{did_you_mean(name, known)}") from None
    return path
