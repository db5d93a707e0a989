"""When the authorities are read by which this machine trusts HTTPS servers."""

import json
import subprocess
import sys
from pathlib import Path

import trustme

from tests.processes import environment

PROGRAM = """
import gc, json, ssl
from fakefax.core import authorities

def known():
    return [found.cert_store_stats()["x509_ca"] for found in gc.get_objects() if isinstance(found, ssl.SSLContext)]

with authorities.read_later():
    import aiohttp
before = known()
authorities.read()
print(json.dumps([before, known()]))
"""


def test_no_authority_is_read_before_it_matters(tmp_path: Path):
    """A server starts without reading authorities, and knows them as soon as it meets an https URL."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "authority.pem")
    variables = environment(SSL_CERT_FILE=str(tmp_path / "authority.pem"), SSL_CERT_DIR=str(tmp_path))
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=variables, capture_output=True, text=True, check=True
    )
    before, after = json.loads(said.stdout)
    assert before, "aiohttp has no TLS contexts of its own any more"
    assert set(before) == {0}
    assert 1 in after
