"""The door to the geography: nobody else waits while it loads."""

import subprocess
import sys

from fakefax.geography import atlas


async def test_what_handlers_ask_for_is_found():
    """Countries, coverage, groups and numbers come through the door."""
    assert len(await atlas.every_country()) > 200
    canada = await atlas.coverage("CAN")
    assert canada is not None
    assert await atlas.did_group(67) in canada.did_groups
    assert await atlas.did_group(66) is None
    assert await atlas.group_of_number("+12048134699") == await atlas.did_group(67)


def test_the_server_starts_without_loading_any_of_it():
    """Neither pycountry nor phonenumbers is imported before something is asked of them."""
    program = (
        "import sys, fakefax.server, fakefax.geography.atlas\n"
        "print([name for name in ('pycountry', 'phonenumbers', 'faker') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
