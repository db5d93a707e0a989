import json
import threading
from urllib.parse import urlencode
from urllib.request import urlopen
from wsgiref.simple_server import make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="test")
outcomes = {}


def send_invoice(fax_number, base_url, api_key):  # your program
    order = {"api_key": api_key, "fax_number": fax_number, "document_id": 10}
    with urlopen(f"{base_url}/fax", urlencode(order).encode()) as answer:
        return json.load(answer)["fax_job_id"]


@csrf_exempt
def receipt(request):
    outcomes[int(request.POST["fax_job_id"])] = request.POST["msg_code"]
    return HttpResponse("OK")


urlpatterns = [path("faxto", receipt)]


@pytest.fixture
def app_url():  # with pytest-django: live_server.url
    with make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # else shutdown() takes half a second
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_two_days_of_an_outage(fakefax, app_url):
    fakefax.callback_url = f"{app_url}/faxto"
    fax_job_id = send_invoice("+15005550001", fakefax.base_url, fakefax.api_key)
    fakefax.callback_url = f"{app_url}/gone"  # 404 for two days
    fakefax.verdict.discard("unacknowledged")
    fakefax.advance("49h")
    assert fakefax.fax(fax_job_id).receipt == "expired"
    assert len(fakefax.fax(fax_job_id).attempts) == 193
    fakefax.callback_url = f"{app_url}/faxto"
    fakefax.resend(fax_job_id)
    fakefax.advance("0s")
    assert outcomes[fax_job_id] == "ok"
