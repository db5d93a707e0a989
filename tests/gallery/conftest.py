"""The program that sends invoices, with its endpoint, against the test's sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakefax import FakeFax
from tests.gallery.invoices import Invoices, serve


@pytest.fixture
def app(fakefax: FakeFax, tmp_path: Path) -> Iterator[Invoices]:
    program = Invoices(tmp_path / "invoices.db", fakefax.base_url, fakefax.api_key)
    server = serve(program)
    fakefax.callback_url = f"http://127.0.0.1:{server.server_port}/faxto"
    yield program
    server.shutdown()
    server.server_close()
    program.db.close()
