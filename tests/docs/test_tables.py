"""The tables that are written by hand list what there is: each operation, route, member, argument and limit."""

from fakefax import FakeFax
from fakefax.api.body import BODY_LIMIT
from fakefax.api.operations import OPERATIONS
from fakefax.callbacks.dispatcher import PARALLEL_PER_ENDPOINT
from fakefax.cli.settings import SETTINGS
from fakefax.control.route import SNAPSHOT_LIMIT
from fakefax.control.routes import ROUTES
from fakefax.core.callbacks.exchanges import KEPT_BYTES
from fakefax.pytest_plugin.marker import ARGUMENTS
from fakefax.pytest_plugin.options import FLAGS, INI
from fakefax.server.app import HEAD_LIMIT
from fakefax.server.listener import HANDSHAKE_TIMEOUT
from tests.documentation import code, table


def test_every_operation_is_in_the_table():
    """Every operation of Fax.to's API is listed, with its methods."""
    listed = [code(row[0])[0] for row in table("operations")]
    assert listed == [f"{', '.join(operation.methods)} {operation.path}" for operation in OPERATIONS]


def test_every_control_route_is_in_the_table():
    """Every route of the control API is listed."""
    assert [code(row[0])[0] for row in table("control")] == [f"{route.method} {route.path}" for route in ROUTES]


def test_every_member_of_the_client_is_in_the_table():
    """The table of the client has every member, and no others."""
    listed = {name.partition("(")[0] for row in table("handle") for name in code(row[0])}
    assert listed == {name for name in dir(FakeFax) if not name.startswith("_")}


def test_every_argument_of_the_marker_is_in_the_table():
    """Every argument of the marker is listed."""
    assert {name for row in table("marker") for name in code(row[0])} == set(ARGUMENTS)


def test_every_option_of_the_plugin_is_in_the_table():
    """Each option of the command line and of the ini file that the plugin adds is listed."""
    listed = {name.partition(" ")[0] for row in table("pytest") for name in code(row[0])}
    assert listed == {*FLAGS, *INI}


def test_every_limit_is_what_the_table_says():
    """A limit's setting exists and has that default; a limit without a setting is the code's."""
    defaults = {f"`{setting.flag}`": f"`{setting.default}`" for setting in SETTINGS}
    fixed = [f"{limit // 2**20} MiB" for limit in (BODY_LIMIT, SNAPSHOT_LIMIT)]
    fixed += [f"{HEAD_LIMIT // 2**10} KiB", f"{PARALLEL_PER_ENDPOINT}"]
    fixed += [f"{KEPT_BYTES // 2**20} MiB", f"{HANDSHAKE_TIMEOUT:g}s"]
    rows = table("limits")
    assert [row[2] for row in rows if row[1] == "none"] == fixed
    for row in rows:
        assert row[1] == "none" or row[2] == defaults[row[1]]
    assert {name for name in defaults if "limit" in name or "timeout" in name or "idle" in name} <= {
        row[1] for row in rows
    }
