"""The names of operations in a scenario are those of the API."""

from fakefax.api.operations import OPERATIONS
from fakefax.core.decisions import OPERATION_NAMES


def test_scenarios_know_every_operation_by_name():
    """`when: {operation: …}` of a scenario knows each operation of the API, and no other."""
    assert sorted(OPERATION_NAMES) == sorted(operation.name for operation in OPERATIONS)
