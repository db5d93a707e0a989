"""How each language is told to trust the local authority."""

import shlex
from pathlib import Path

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
