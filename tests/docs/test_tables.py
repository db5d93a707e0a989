"""The reference tables say what there is: each option, route, operation and scenario key, and no others."""

from collections.abc import Iterator
from typing import Any

from fakefax import FakeFax
from fakefax.api.body import BODY_LIMIT
from fakefax.api.operations import OPERATIONS
from fakefax.callbacks.dispatcher import PARALLEL_PER_ENDPOINT
from fakefax.cli.settings import SETTINGS
from fakefax.control.routes import ROUTES
from fakefax.core.callbacks.exchanges import KEPT_BYTES
from fakefax.core.faults.table import TABLE
from fakefax.pytest_plugin.marker import ARGUMENTS
from fakefax.pytest_plugin.options import FLAGS, INI
from fakefax.scenario.schema import json_schema
from fakefax.server.app import HEAD_LIMIT
from fakefax.server.listener import HANDSHAKE_TIMEOUT
from tests.documentation import code, table


def test_every_option_is_in_the_table():
    """The options' table is the one that the command line is made from."""
    expected = [[f"`{s.flag}`", f"`{s.variable}`", f"`{s.default}`", s.help] for s in SETTINGS]
    assert table("settings") == expected


def test_every_operation_is_in_the_table():
    """What can be called of Fax.to's API is listed, with its methods."""
    listed = [code(row[0])[0] for row in table("operations")]
    assert listed == [f"{', '.join(operation.methods)} {operation.path}" for operation in OPERATIONS]


def test_every_control_route_is_in_the_table():
    """What can be called of the control API is listed."""
    assert [code(row[0])[0] for row in table("control")] == [f"{route.method} {route.path}" for route in ROUTES]


def test_every_member_of_the_handle_is_in_the_table():
    """The table of the client has every member, and no others."""
    listed = {name.partition("(")[0] for row in table("handle") for name in code(row[0])}
    assert listed == {name for name in dir(FakeFax) if not name.startswith("_")}


def test_every_argument_of_the_marker_is_in_the_table():
    """What the marker takes is listed."""
    assert {name for row in table("marker") for name in code(row[0])} == set(ARGUMENTS)


def test_every_option_of_the_plugin_is_in_the_table():
    """Each option of the command line and of the ini file that the plugin adds is listed."""
    listed = {name.partition(" ")[0] for row in table("pytest") for name in code(row[0])}
    assert listed == {*FLAGS, *INI}


def test_every_scenario_key_is_in_the_table():
    """Each key of a scenario file is in its table, or is a fault of the table of faults."""
    listed = {code(row[0])[0] for row in table("keys")}
    keys = set(leaves(json_schema(), ""))
    faults = {f"{row.group.section}[].then.{row.key}" for row in TABLE.values()}
    assert listed <= keys
    assert keys - listed <= faults


def leaves(schema: dict[str, Any], prefix: str) -> Iterator[str]:
    """The paths of all values a scenario can have: accounts[].documents[].id."""
    definitions = schema["$defs"]

    def walk(node: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            node = definitions[name] if not name.endswith("Mix") else {}
        for branch in node.get("anyOf", ()):
            if "$ref" in branch:
                yield path  # one of them, or a list of them
                yield from walk(branch, path)
        if node.get("items", {}).get("$ref"):
            yield from walk(node["items"], f"{path}[]")
        elif "properties" in node:
            for name, child in node["properties"].items():
                yield from walk(child, f"{path}.{name}".lstrip("."))
        elif "anyOf" not in node or not any("$ref" in branch for branch in node["anyOf"]):
            yield path

    return walk(schema, prefix)


def test_every_limit_is_what_the_table_says():
    """A limit's setting exists and has that default; what no setting bounds is what the code has."""
    defaults = {f"`{setting.flag}`": f"`{setting.default}`" for setting in SETTINGS}
    fixed = [f"{BODY_LIMIT // 2**20} MiB", f"{HEAD_LIMIT // 2**10} KiB", f"{PARALLEL_PER_ENDPOINT}"]
    fixed += [f"{KEPT_BYTES // 2**20} MiB", f"{HANDSHAKE_TIMEOUT:g}s"]
    rows = table("limits")
    assert [row[2] for row in rows if row[1] == "none"] == fixed
    for row in rows:
        assert row[1] == "none" or row[2] == defaults[row[1]]
    assert {name for name in defaults if "limit" in name or "timeout" in name or "idle" in name} <= {
        row[1] for row in rows
    }
