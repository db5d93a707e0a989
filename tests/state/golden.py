"""The golden file of each version: `python -m tests.state.golden` writes the one of this version.

Once a release has written a version, its golden file stays as it is for ever.
"""

import asyncio
import gzip
import tempfile
from pathlib import Path

from fakefax.state.database.schema import VERSION
from tests.state.test_restart import a_bit_of_everything, kept_in

FOLDER = Path(__file__).parent / "golden"


def golden(version: int) -> Path:
    return FOLDER / f"version-{version}.db.gz"


async def write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "state.db"
        async with kept_in(file) as wire:
            await a_bit_of_everything(wire)
        FOLDER.mkdir(exist_ok=True)
        golden(VERSION).write_bytes(gzip.compress(file.read_bytes(), mtime=0))


if __name__ == "__main__":
    asyncio.run(write())
