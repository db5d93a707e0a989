import asyncio
import socket
from typing import Annotated

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Form

app = FastAPI()
outcomes = {}


async def send_invoice(fax_number, base_url, api_key):  # your program
    order = {"api_key": api_key, "fax_number": fax_number, "document_id": "10"}
    async with httpx.AsyncClient() as client:
        return (await client.post(f"{base_url}/fax", data=order)).json()["fax_job_id"]


@app.post("/faxto")
async def receipt(fax_job_id: Annotated[int, Form()], msg_code: Annotated[str, Form()]):
    outcomes[fax_job_id] = msg_code


@pytest.fixture
async def app_url():
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_an_outage_is_survived(fakefax, app_url):
    fakefax.given(attempt=1).callback_fault(drop=True)  # the first receipt is lost on the way
    fakefax.callback_url = f"{app_url}/faxto"
    fax_job_id = await send_invoice("+15005550001", fakefax.base_url, fakefax.api_key)
    await fakefax.aio.advance("1m")
    assert fax_job_id not in outcomes
    await fakefax.aio.advance("15m")
    assert outcomes[fax_job_id] == "ok"
