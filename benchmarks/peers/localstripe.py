"""localstripe: a send is a payment intent, the nearest that it has to a charge. It saves all it knows each time."""

from benchmarks.install import python_of
from benchmarks.peer import FORM, NUMBER, Peer, Place, Send


def command(place: Place) -> list[str]:
    return [python_of("localstripe"), "-m", "localstripe", "--from-scratch", "--port", str(place.port)]


PEER = Peer(
    "localstripe",
    command,
    Send(
        "/v1/payment_intents",
        f"amount=15&currency=eur&metadata[fax_number]=%2B1555{NUMBER}",
        headers={**FORM, "Authorization": "Bearer sk_test_12345"},
    ),
    log="access log; a file of all it knows",
    pip="localstripe==1.15.10",
)
