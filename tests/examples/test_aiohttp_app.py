import aiohttp
import pytest
from aiohttp import web


async def send_invoice(fax_number, base_url, api_key):  # your program
    order = {"api_key": api_key, "fax_number": fax_number, "document_id": "10"}
    async with aiohttp.ClientSession() as session, session.post(f"{base_url}/fax", data=order) as answer:
        return (await answer.json())["fax_job_id"]


@pytest.fixture
async def app(aiohttp_server):  # your program's callback endpoint, on the test's own event loop
    async def receipt(request):
        form = await request.post()
        server.outcomes[int(form["fax_job_id"])] = form["msg_code"]
        return web.Response(text="OK")

    app = web.Application()
    app.router.add_post("/faxto", receipt)
    server = await aiohttp_server(app)
    server.outcomes = {}
    return server


async def test_a_busy_line_is_noted(fakefax, app):
    fakefax.callback_url = str(app.make_url("/faxto"))
    fax_job_id = await send_invoice("+15005550002", fakefax.base_url, fakefax.api_key)
    await fakefax.aio.advance("1m")
    assert app.outcomes[fax_job_id] == "busy"
    fakefax.assert_charged("0.15")
