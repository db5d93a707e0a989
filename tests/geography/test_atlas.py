"""The door to the geography: nobody else waits while it loads."""

import subprocess
import sys

from fakefax.geography import atlas


async def test_handlers_find_places():
    """Countries, coverage, groups and numbers come through the door."""
    assert len(await atlas.every_country()) > 200
    canada = await atlas.coverage("CAN")
    assert canada is not None
    assert await atlas.did_group(67) in canada.did_groups
    assert await atlas.did_group(66) is None
    assert await atlas.group_of_number("+12048134699") == await atlas.did_group(67)


def test_neither_library_that_the_tables_are_made_from_is_needed():
    """Countries, cities and numbers are found without pycountry and phonenumbers, which only the tests install."""
    program = (
        "import sys; from fakefax.geography.did_groups import coverage_of, group_of_number\n"
        "assert coverage_of('CAN').states and group_of_number('+12048134699')\n"
        "print([name for name in ('pycountry', 'phonenumbers') if name in sys.modules])"
    )
    reported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert reported.stdout == "[]\n"
