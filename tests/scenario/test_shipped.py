"""The scenarios that come with fakefax do what their names and descriptions say."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from fakefax.core.errors import NotEnoughBalance
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.loader import load_scenario, shipped_scenarios
from fakefax.scenario.schema import json_schema
from fakefax.scenario.validation.source import Source
from tests.fidelity import assumed
from tests.scenario.texts import rig

SHIPPED = list(shipped_scenarios())
DIALLED = {
    "+15005550001": ["ok"],
    "+15005550002": ["busy"],
    "+15005550003": ["no_answer"],
    "+15005550004": ["hangup"],
    "+15005550005": ["file_error"],
    "+15005550006": ["unknown"],
    "+15005550007": ["busy", "ok", "ok"],
    "+15005550008": ["ok"],
    "+123456789": ["ok"],
}


async def outcomes(name: str, numbers: list[str], document_id: int = 10) -> list[FaxJob]:
    """The jobs of faxes to these numbers in a sandbox of a shipped scenario, after an hour."""
    sandbox = rig(load_scenario(name))
    try:
        jobs = [sandbox.send(sandbox.first_account, number, document_id) for number in numbers]
        async with asyncio.timeout(10):
            await sandbox.clock.advance(timedelta(hours=1))
        assert sandbox.audit(sandbox.first_account).ok
        return jobs
    finally:
        await sandbox.close()


def test_there_is_a_default_and_one_for_each_msg_code():
    """`default` is shipped, and each msg_code by its own name."""
    assert {"default", *MsgCode} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_has_a_description_of_one_line(name: str):
    """Each shipped scenario says in one sentence what it is for."""
    description = load_scenario(name).description
    assert description.endswith(".")
    assert len(description) <= 100
    assert description.isprintable()


@pytest.mark.parametrize("name", SHIPPED)
def test_each_is_valid_by_the_published_schema(name: str):
    """Each file is valid by the JSON Schema made from the same classes, and so is what it is read to."""
    validator = Draft202012Validator(json_schema())
    validator.validate(Source(shipped_scenarios()[name].read_text(encoding="utf-8")).data)
    validator.validate(json.loads(msgspec.json.encode(load_scenario(name))))


@pytest.mark.parametrize("name", SHIPPED)
def test_each_round_trips(name: str):
    """A scenario written out as YAML reads back as the same scenario."""
    scenario = load_scenario(name)
    written = yaml.safe_dump(json.loads(msgspec.json.encode(scenario)))
    assert msgspec.convert(Source(written).data, type(scenario)) == scenario


def test_the_schema_itself_is_right():
    """The JSON Schema of a scenario is one by its own rules."""
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("code", MsgCode)
async def test_every_fax_ends_with_the_msg_code_of_the_name(code: MsgCode):
    """In the scenario named after a msg_code every fax ends with it, whatever its number."""
    jobs = await outcomes(code, ["+15005550001", "+123456789", "+4420123456"])
    assert [job.plan.msg_code for job in jobs] == [code] * 3
    assert {job.status for job in jobs} == {code.state}


@pytest.mark.parametrize(("number", "codes"), DIALLED.items())
@assumed("A fax takes 30 simulated seconds.", switch="faxes[].then.after")
async def test_the_default_dials_the_outcome(number: str, codes: list[str]):
    """In the default scenario the number says how the fax ends; any other is answered after 30s."""
    jobs = await outcomes("default", [number] * len(codes))
    assert [job.plan.msg_code.value for job in jobs] == codes
    assert {job.plan.after for job in jobs} == {timedelta(seconds=30)}


async def test_the_default_has_the_documentation_s_example():
    """Key f@x2r0ckkz, document 10 and a cost of 0.15, as in the reference page; document 11 has twelve pages."""
    (job,) = await outcomes("default", ["+123456789"])
    assert (job.order.api_key, job.cost, job.order.document.filename) == (
        "f@x2r0ckkz",
        Decimal("0.15"),
        "invoice.pdf",
    )
    (long,) = await outcomes("default", ["+123456789"], document_id=11)
    assert (long.order.document.pages, long.cost) == (12, Decimal("1.80"))


async def test_busy_then_ok():
    """The first fax finds the line busy and the others are answered."""
    jobs = await outcomes("busy-then-ok", ["+1", "+2", "+3", "+4"])
    assert [job.plan.msg_code.value for job in jobs] == ["busy", "ok", "ok", "ok"]


async def test_ordinary_day():
    """About nine faxes in ten go through, after 20 seconds to 2 minutes."""
    jobs = await outcomes("ordinary-day", [f"+{number}" for number in range(1000, 1300)])
    assert 250 <= sum(job.plan.msg_code is MsgCode.OK for job in jobs) <= 290
    spans = [job.plan.after for job in jobs]
    assert timedelta(seconds=20) <= min(spans) < max(spans) <= timedelta(minutes=2)


async def test_small_balance():
    """A balance of 0.40 pays for two pages; the third send is refused."""
    assert [job.cost for job in await outcomes("small-balance", ["+1", "+2"])] == [Decimal("0.15")] * 2
    with pytest.raises(NotEnoughBalance):
        await outcomes("small-balance", ["+1", "+2", "+3"])
