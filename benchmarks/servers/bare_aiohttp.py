"""Parses the form of a send and answers as Fax.to does, and nothing else: `bare_aiohttp.py LOOP PORT`."""

import importlib
import sys

from aiohttp import web


async def send_fax(request: web.Request) -> web.Response:
    form = await request.post()
    answer = {"status": "executed", "fax_job_id": 200, "user_cash_balance": 99.85, "cost": 0.15}
    return web.json_response(answer if form["fax_number"] else None)


app = web.Application()
app.router.add_post("/api/v2/fax", send_fax)
loop = importlib.import_module(sys.argv[1]).new_event_loop()
web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=None, print=None, loop=loop)
