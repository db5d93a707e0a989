"""The local authority: made once, kept between starts, and issuing the server's certificate whenever it has to.

    DIR/authority.pem          its certificate, for programs to trust; everybody may read it
    DIR/private/authority.pem  its key and certificate, in one file so that they always belong together
    DIR/private/server.pem     the server's key and certificate

Private files have the mode 0600 in a folder of mode 0700. Two servers that start at once agree on one
authority.
"""

import ipaddress
import shlex
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fakefax.server.tls.private_files import TlsError, create, make_private_folder, read_private, replace

if TYPE_CHECKING:
    import trustme


ALWAYS = ("fax.to", "api.fax.to", "localhost", "127.0.0.1", "::1")
"""The hosts of every certificate: the vendor's (documented) and this machine's names."""

LIFETIME = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
NAME = "fakefax local authority"


class Authority:
    """An authority in a folder. Raises TlsError when it cannot be made, read or believed."""

    def __init__(self, folder: Path) -> None:
        self.certificate_path = folder / "authority.pem"
        self._private = folder / "private"
        self._path = self._private / "authority.pem"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            cure = "give another --tls-dir, one that can be written"
            raise TlsError(f"{folder}: cannot be made: {error.strerror}; {cure}") from None
        make_private_folder(self._private)
        self._ca = self._load() or self._make()
        self._publish()

    @property
    def certificate(self) -> bytes:
        """Its certificate as PEM, the thing to trust."""
        return self._ca.cert_pem.bytes()

    def server_pem(self, hosts: Iterable[str], now: datetime) -> bytes:
        """A key and a certificate for the hosts: the kept one, or a new one when that lacks a host or is ending.

        A new one is for the kept one's hosts too, so that two servers of one folder do not take turns.
        """
        path = self._private / "server.pem"
        wanted = {plain_host(host) for host in (*ALWAYS, *hosts)}
        kept = read_private(path)
        facts = None if kept is None else self._facts(kept)
        if kept is not None and facts is not None:
            hosts_of_kept, until = facts
            if wanted <= hosts_of_kept and until - now > RENEW_BEFORE:
                return kept
            wanted |= hosts_of_kept
        pem = self._issue(sorted(wanted), now)
        replace(path, pem)
        return pem

    def _issue(self, hosts: list[str], now: datetime) -> bytes:
        try:
            leaf = self._ca.issue_cert(
                *hosts,
                organization_name="fakefax",
                organization_unit_name="local",
                not_before=now - timedelta(days=1),  # for a client whose clock is behind
                not_after=now + LIFETIME,
            )
        except ValueError as error:
            raise TlsError(f"no certificate can be made for {', '.join(hosts)}: {error}") from None
        return leaf.private_key_and_cert_chain_pem.bytes()

    def _facts(self, pem: bytes) -> tuple[set[str], datetime] | None:
        """The hosts of a kept certificate and its end; None when it is broken or another authority's."""
        from cryptography import x509  # noqa: PLC0415 (comes with trustme, which only HTTPS needs)
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

        try:
            kept = x509.load_pem_x509_certificate(pem)
            kept.verify_directly_issued_by(x509.load_pem_x509_certificate(self.certificate))
            names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            return None
        return {str(name.value) for name in names}, kept.not_valid_after_utc

    def _load(self) -> "trustme.CA | None":
        pem = read_private(self._path)
        if pem is None:
            return None
        try:
            return _ca_class().from_pem(cert_bytes=pem, private_key_bytes=pem)
        except (ValueError, TypeError) as error:
            raise TlsError(
                f"{self._path}: is not a usable authority: {error}; delete it, and trust the new one"
            ) from None

    def _make(self) -> "trustme.CA":
        ca = _ca_class()(organization_name="fakefax", organization_unit_name=NAME)
        if create(self._path, ca.private_key_pem.bytes() + ca.cert_pem.bytes()):
            return ca
        made = self._load()  # by another server that started at the same moment
        return ca if made is None else made

    def _publish(self) -> None:
        try:
            published = self.certificate_path.read_bytes()
        except OSError:
            published = None
        if published != self.certificate:
            replace(self.certificate_path, self.certificate, 0o644)


def plain_host(host: str) -> str:
    """A host as a certificate has it: an address in its shortest form, a name in small letters."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.lower().rstrip(".")


def _ca_class() -> "type[trustme.CA]":
    try:
        from trustme import CA  # noqa: PLC0415 (an extra, and half of what starting would cost)
    except ImportError:
        raise TlsError(
            "HTTPS needs trustme, which is not installed (it is fakefax's extra [tls]): pip install trustme"
        ) from None
    return CA


_WAYS = """\
Trust it in the one program that you test, rather than in the whole machine:

  curl                     curl --cacert {path} --connect-to fax.to:443:127.0.0.1:8443 \\
                             'https://fax.to/api/v2/balance?api_key=f@x2r0ckkz'
  Python ssl, urllib       SSL_CERT_FILE={path}
  Python httpx, aiohttp    SSL_CERT_FILE={path}
  Python requests          REQUESTS_CA_BUNDLE={path}
  Node                     NODE_EXTRA_CA_CERTS={path}
  Go, Ruby net/http        SSL_CERT_FILE={path}
  Ruby typhoeus (libcurl)  Typhoeus::Config.cainfo = '{path}' (or `config.ssl_ca_cert` of the SDK);
                             libcurl itself reads no variable, so SSL_CERT_FILE does not reach it
  the official Python SDK  configuration.ssl_ca_cert = '{path}' (it has certifi's own list,
                             which SSL_CERT_FILE does not reach)
  mono                     cert-sync --user {path}
  PHP                      php -d openssl.cafile={path} -d curl.cainfo={path}
  Java                     keytool -importcert -noprompt -alias fakefax -file {path} \\
                             -keystore fakefax.p12 -storepass changeit
                           java -Djavax.net.ssl.trustStore=fakefax.p12 -Djavax.net.ssl.trustStorePassword=changeit

All but NODE_EXTRA_CA_CERTS take the place of the public authorities. A program that talks to other sites too needs
both in one file: cat "$(python -m certifi)" {path} > both.pem

In a Dockerfile (Debian, Ubuntu, Alpine with ca-certificates):

  COPY fakefax-ca.crt /usr/local/share/ca-certificates/
  RUN update-ca-certificates
  # Python's requests and httpx and Node bring lists of their own:
  ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \\
      SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \\
      NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/fakefax-ca.crt

  where fakefax-ca.crt comes from: fakefax ca --pem > fakefax-ca.crt

And let the names point here, before the program runs: by network aliases of the container, or by a line in
/etc/hosts together with the port that https means, which takes root or CAP_NET_BIND_SERVICE:

  127.0.0.1 fax.to api.fax.to
  fakefax serve --tls --tls-port 443 --port 80

A documented preview URL begins with http://, so a program that opens it comes to port 80: that is why --port is 80.
"""


def ways_to_trust(certificate: Path) -> str:
    """The path of the authority's certificate on the first line, and then what each language does with it."""
    path = shlex.quote(str(certificate))
    return f"{certificate}\n\n{_WAYS.format(path=path)}"
