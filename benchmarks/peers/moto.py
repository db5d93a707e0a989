"""moto's server: a send is a text message to a number, the nearest that it has."""

from benchmarks.install import home
from benchmarks.peer import FORM, NUMBER, Peer, Place, Send

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20260105/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=test"
)


def command(place: Place) -> list[str]:
    return [str(home("moto") / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(place.port)]


PEER = Peer(
    "moto",
    command,
    Send(
        "/",
        f"Action=Publish&Version=2010-03-31&Message=fax&PhoneNumber=%2B1555{NUMBER}",
        headers={**FORM, "Authorization": AUTHORIZATION},
    ),
    log="log lines; messages kept",
    pip="moto[server]==5.2.5",
)
