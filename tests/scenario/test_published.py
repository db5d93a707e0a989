"""The JSON Schema that editors get: right by its own rules, true to what validates, with words for every key."""

import json

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from fakefax.cli.main import cli
from fakefax.scenario.loader import ScenarioError, parse_scenario, shipped_folder, shipped_scenarios
from fakefax.scenario.schema import DIALECT, FILE_NAME, SCHEMA_ID, published_schema, schema_text
from fakefax.scenario.validation.source import Source

VALIDATOR = Draft202012Validator(published_schema())


def test_the_schema_is_right_by_the_metaschema():
    """It is a JSON Schema of draft 2020-12, and says so, with an id of its own."""
    Draft202012Validator.check_schema(published_schema())
    assert (published_schema()["$schema"], published_schema()["$id"]) == (DIALECT, SCHEMA_ID)


def test_the_shipped_file_is_the_one_that_the_command_prints():
    """The shipped file is made by `fakefax schema > scenarios/scenario.schema.json`, and is not old."""
    result = CliRunner().invoke(cli, ["schema"])
    assert result.exit_code == 0
    assert result.stdout == schema_text() == (shipped_folder() / FILE_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_each_shipped_scenario_points_to_the_schema_and_passes_it(name: str):
    """An editor finds the schema by the first line, relative to the file, in a checkout as in the wheel."""
    path = shipped_scenarios()[name]
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first == f"# yaml-language-server: $schema={FILE_NAME}"
    assert (path.parent / FILE_NAME).is_file()
    VALIDATOR.validate(Source(text).data)


def sections() -> list[tuple[str, str]]:
    schema = published_schema()
    return [(name, key) for name, part in schema["$defs"].items() for key in part.get("properties", ())]


@pytest.mark.parametrize(("section", "key"), sections())
def test_every_key_has_a_title_and_a_description(section: str, key: str):
    """An editor can show a name and a sentence for every key."""
    described = published_schema()["$defs"][section]["properties"][key]
    assert described["title"]
    assert described["description"].endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "faxes: [{then: {msg_code: bussy}}]",
        "faxes: [{then: {after: 45}}]",
        "requests: [{then: {status: 100}}]",
        "requests: [{then: {lose_reply: sometimes}}]",
        "requests: [{then: {mix: {999: 1}}}]",
        "requests: [{when: {methode: GET}, then: {}}]",
        "requests: [{then: {rate_limit: {per: 1m}}}]",
        "callbacks: [{then: {poll: beside}}]",
        "callbacks: [{then: {change: {msg_code: [1]}}}]",
        "callbacks: [{when: {attempt: first}, then: {}}]",
        "callbacks: {}",
    ],
)
def test_the_schema_refuses_all_that_check_refuses(text: str):
    """A wrong value of any rule is wrong in the editor already."""
    assert not VALIDATOR.is_valid(json.loads(json.dumps(Source(text).data)))
    with pytest.raises(ScenarioError):
        parse_scenario(text, "s.yaml")
