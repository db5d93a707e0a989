"""Like bare_aiohttp, and posts one callback per request: `bare_aiohttp_poster.py LOOP PORT CALLBACK_URL`."""

import importlib
import sys
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

SESSION = web.AppKey("session", aiohttp.ClientSession)
RECEIPT = b"fax_job_id=200&status=success&msg_code=ok&message=Success%21+Your+fax+has+been+sent%21"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def session(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(headers=FORM) as app[SESSION]:
        yield


async def send_fax(request: web.Request) -> web.Response:
    form = await request.post()
    async with request.app[SESSION].post(sys.argv[3], data=RECEIPT) as callback:
        await callback.read()
    answer = {"status": "executed", "fax_job_id": 200, "user_cash_balance": 99.85, "cost": 0.15}
    return web.json_response(answer if form["fax_number"] else None)


app = web.Application()
app.cleanup_ctx.append(session)
app.router.add_post("/api/v2/fax", send_fax)
loop = importlib.import_module(sys.argv[1]).new_event_loop()
web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=None, print=None, loop=loop)
