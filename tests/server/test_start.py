"""The modules that a server loads before its first answer: every test session waits for them."""

import subprocess
import sys

NOT_NEEDED = (
    *("yaml", "jsonschema", "faker", "PIL", "pypdfium2", "reportlab", "pycountry", "phonenumbers", "trustme"),
    *("cryptography", "httptools", "difflib", "unittest", "http.server"),
    *(
        "fakefax.documents.worker",
        "fakefax.documents.fax_sheet",
        "fakefax.documents.preview",
        "fakefax.documents.pdf_writer",
        "fakefax.client",
        "fakefax.scenario.problems",
        "fakefax.scenario.source",
    ),
    *("fakefax.server.tls.context", "fakefax.server.tls.authority", "fakefax.cli.demo", "fakefax.pytest_plugin"),
    *("fakefax.control.routes", "fakefax.control.call", "fakefax.schemas", "fakefax.page.routes"),
    *("fakefax.geography.countries", "fakefax.geography.did_groups", "fakefax.sandbox.recording"),
)
PROGRAM = f"""
import sys, fakefax.__main__, fakefax.cli.main, fakefax.cli.commands.serve, fakefax.cli.serve
fakefax.cli.commands.scenarios.load("default")
print([name for name in {NOT_NEEDED!r} if name in sys.modules])
"""


def test_a_server_loads_only_what_its_first_answer_needs():
    """A server starts without what only files, HTTPS, steering, countries, wrong input or other commands need."""
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
