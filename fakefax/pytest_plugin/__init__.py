"""The pytest plugin: the fixtures fakefax, fakefax_server and fakefax_settings, and the marker fakefax.

pytest loads this module in every run of the environment, also where no test uses fakefax. So it imports little, and
where it cannot be loaded, say beside a version of pytest that it does not fit, the run goes on without it.
"""

import sys

try:
    from fakefax.pytest_plugin.hooks import *  # noqa: F403 (the hooks and fixtures, whatever their names)
except Exception as error:
    sys.stderr.write(f"fakefax: this run goes on without its pytest plugin: {type(error).__name__}: {error}\n")
