"""The scenario of a sandbox: look at it, put another one in its place."""

from functools import partial

import msgspec

from fakefax.control.call import BadInput, ControlCall
from fakefax.control.schemas import account_view
from fakefax.scenario.loader import ScenarioError
from fakefax.scenario.schema import Scenario
from fakefax.schemas import PutScenarioView

FLAT = "if it was a file: curl's -d takes out the line breaks, --data-binary @FILE leaves them in"


async def show(call: ControlCall) -> Scenario:
    """GET scenario"""
    return call.sandbox.scenario


QUERY = {"check": "`true` only checks it: refused as a wrong one would be, but nothing is changed."}


async def put(call: ControlCall) -> PutScenarioView:
    """PUT scenario: a reset to another one, which is checked first; a wrong one changes nothing"""
    only_check = call.choice("check", ("false", "true")) == "true"
    try:
        sent = await call.check(partial(_sent, call.body))
        size = call.sandboxes.library.size(sent, len(call.body))
        scenario = await call.check(partial(call.sandboxes.library.given, sent), size)
    except ScenarioError as error:
        flat = call.is_form and b":" in call.body and b"\n" not in call.body
        raise ScenarioError([*error.lines, FLAT] if flat else error.lines) from None
    api_key = call.account.api_key
    if only_check:
        return PutScenarioView(
            "success", call.sandbox.clock.now, scenario.description, {}, account_view(call.account)
        )
    try:
        fresh, keys = await call.sandboxes.put_scenario(call.sandbox, scenario, api_key)
    except ValueError as error:
        raise BadInput(str(error)) from None
    account = account_view(fresh.accounts[api_key])
    return PutScenarioView("success", fresh.clock.now, scenario.description, keys, account)


def _sent(body: bytes) -> object:
    """A body as data when it is JSON, else as text. Raises BadInput."""
    if not body.strip():
        raise BadInput("the body is empty; send a scenario as YAML or JSON, or a shipped one's name")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        text = body.decode().rstrip()
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise BadInput(f"the body is not UTF-8 text: byte {error.start} is {byte:#04x}") from None
    if text.startswith("#") and "\n" not in text:
        raise BadInput(f"the body is one line of comment, so it says nothing; {FLAT}")
    return text
