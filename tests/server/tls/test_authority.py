"""The local authority: made once, its key for its owner alone, its certificates renewed when they must be."""

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from fakefax.server.tls.authority import ALWAYS, LIFETIME, RENEW_BEFORE, Authority
from fakefax.server.tls.private_files import TlsError

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def hosts_of(pem: bytes) -> set[str]:
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return {str(name.value) for name in names.value}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_authority_is_the_same_at_the_next_start(tmp_path: Path):
    """The authority stays the same between starts, and so does a certificate that is still good."""
    first, second = Authority(tmp_path), Authority(tmp_path)
    assert first.certificate == second.certificate == first.certificate_path.read_bytes()
    assert first.server_pem((), NOW) == second.server_pem((), NOW)


def test_a_certificate_is_good_for_a_client_whose_clock_is_behind(tmp_path: Path):
    """It began a day ago, and is good for as long as is said."""
    made = x509.load_pem_x509_certificate(Authority(tmp_path).server_pem((), NOW))
    assert made.not_valid_before_utc == NOW - timedelta(days=1)
    assert made.not_valid_after_utc == NOW + LIFETIME


def test_only_the_owner_reads_what_is_private(tmp_path: Path):
    """Keys have the mode 0600 in a folder of 0700; the certificate to trust may be read by everybody."""
    before = os.umask(0)
    try:
        authority = Authority(tmp_path / "a" / "tls")
        authority.server_pem((), NOW)
    finally:
        os.umask(before)
    private = tmp_path / "a" / "tls" / "private"
    assert mode(private) == 0o700
    assert {path.name: mode(path) for path in private.iterdir()} == {"authority.pem": 0o600, "server.pem": 0o600}
    assert mode(authority.certificate_path) == 0o644
    assert b"PRIVATE" not in authority.certificate_path.read_bytes()


def test_a_key_that_was_opened_to_others_is_closed_with_a_warning(tmp_path: Path, caplog):
    """A looser mode is corrected at the next start, and logged."""
    key = tmp_path / "private" / "authority.pem"
    Authority(tmp_path)
    key.chmod(0o644)
    key.parent.chmod(0o755)
    Authority(tmp_path)
    assert (mode(key), mode(key.parent)) == (0o600, 0o700)
    assert [record.args[:2] for record in caplog.records] == [(key.parent, 0o755), (key, 0o644)]


def test_a_certificate_is_for_the_vendor_this_machine_and_what_was_asked_for(tmp_path: Path):
    """The hosts that are always there, and more: also those of an earlier start, so that two servers can share."""
    authority = Authority(tmp_path)
    assert hosts_of(authority.server_pem((), NOW)) == set(ALWAYS)
    assert hosts_of(authority.server_pem(("App.test.", "2001:DB8:0::7"), NOW)) == {
        *ALWAYS,
        "app.test",
        "2001:db8::7",
    }
    kept = authority.server_pem(("other.test",), NOW)
    assert hosts_of(kept) == {*ALWAYS, "app.test", "2001:db8::7", "other.test"}
    assert authority.server_pem(("APP.test",), NOW) == kept


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path):
    """With a month left there is a new one, by the same authority; a day before that the old one still is."""
    authority = Authority(tmp_path)
    first = authority.server_pem((), NOW)
    last_good = NOW + LIFETIME - RENEW_BEFORE - timedelta(days=1)
    assert authority.server_pem((), last_good) == first
    renewed = authority.server_pem((), last_good + timedelta(days=2))
    assert renewed != first
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    x509.load_pem_x509_certificate(renewed).verify_directly_issued_by(issuer)


@pytest.mark.parametrize("content", [b"", b"garbage", "another authority's"])
def test_a_certificate_that_is_broken_or_foreign_is_replaced(tmp_path: Path, content):
    """A certificate in the file that cannot be used is replaced by a new one, without an error."""
    if isinstance(content, str):
        content = Authority(tmp_path / "other").server_pem((), NOW)
    authority = Authority(tmp_path / "mine")
    (tmp_path / "mine" / "private" / "server.pem").write_bytes(content)
    pem = authority.server_pem((), NOW)
    x509.load_pem_x509_certificate(pem).verify_directly_issued_by(
        x509.load_pem_x509_certificate(authority.certificate)
    )


def test_servers_that_start_at_once_agree(tmp_path: Path):
    """However many start in one empty folder, there is one authority, and nothing half written."""
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: Authority(tmp_path).certificate, range(16)))
    assert made == {(tmp_path / "authority.pem").read_bytes()}
    assert sorted(path.name for path in (tmp_path / "private").iterdir()) == ["authority.pem"]


def test_a_broken_authority_is_refused_and_kept(tmp_path: Path):
    """An authority that cannot be read is not replaced behind the reader's back: the error says what to delete."""
    Authority(tmp_path)
    path = tmp_path / "private" / "authority.pem"
    path.write_bytes(b"half")
    with pytest.raises(
        TlsError, match=rf"^{path}: is not a usable authority: .*; delete it, and trust the new one$"
    ):
        Authority(tmp_path)
    assert path.read_bytes() == b"half"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """A file where the folder should be: the error names it and the setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(TlsError, match=r"file/tls: cannot be made: Not a directory; give another --tls-dir"):
        Authority(tmp_path / "file" / "tls")


def test_without_trustme_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """HTTPS is an extra; without it the error is a pip command."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(TlsError, match=r"^HTTPS needs trustme, which is not installed .*: pip install trustme$"):
        Authority(tmp_path)
