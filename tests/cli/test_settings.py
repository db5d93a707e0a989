"""The one table of options: what each accepts, what it refuses and how it says so."""

from decimal import Decimal
from pathlib import Path

import pytest

from fakefax.cli.settings import SETTINGS
from fakefax.server.app import ServerOptions
from tests.fidelity import assumed

BY_NAME = {setting.name: setting for setting in SETTINGS}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("host", "0.0.0.0", "0.0.0.0"),
        ("host", "::1", "::1"),
        ("port", "0", 0),
        ("port", "65535", 65535),
        ("scenario", "mine.yaml", "mine.yaml"),
        ("rate", "0", 0.0),
        ("rate", "0.5", 0.5),
        ("rate", "100000", 100_000.0),
        ("callback_url", "http://localhost:8000/faxto?a=%2f", "http://localhost:8000/faxto?a=%2f"),
        ("received_fax_url", "https://[::1]/in", "https://[::1]/in"),
        ("api_key", "f@x2r0ckkz", "f@x2r0ckkz"),
        ("balance", "100.00", Decimal(100)),
        ("balance", "0", Decimal(0)),
        ("balance", "0.000001", Decimal("0.000001")),
        ("callback_timeout", "1ms", 0.001),
        ("callback_timeout", "5", 5.0),
        ("sandbox_idle", "60", 60.0),
        ("callback_timeout", "1m30s", 90.0),
        ("callback_timeout", "1h", 3600.0),
        ("callback_host_map", "none", ()),
        ("callback_host_map", "LOCALHOST=app, ::1=10.0.0.1", (("localhost", "app"), ("::1", "10.0.0.1"))),
        ("tls", "on", True),
        ("tls_port", "443", 443),
        ("tls_dir", "certificates", Path("certificates")),
        ("tls_host", "app.test, 10.0.0.7,::2,*.fax.test", ("app.test", "10.0.0.7", "::2", "*.fax.test")),
        ("tls_cert", "none", None),
        ("tls_key", "/run/secrets/key.pem", Path("/run/secrets/key.pem")),
        ("connection_limit", "10", 10),
        ("connection_limit", "100000", 100_000),
        ("client_timeout", "500ms", 0.5),
        ("browser_host", "fakefax.example,b", ("fakefax.example", "b")),
        ("start", "now", None),
        ("start", "2026-01-05", "2026-01-05T00:00:00+00:00"),
        ("start", "2026-01-05T09:00:00Z", "2026-01-05T09:00:00+00:00"),
        ("start", "2026-01-05 09:00:00.5+02:00", "2026-01-05T09:00:00.500000+02:00"),
        ("seed", "-7", -7),
        ("id_offset", "9999", 9999),
        ("id_step", "10000", 10_000),
        ("log_format", "json", "json"),
        ("log_format", "off", "off"),
        ("journal_limit", "100", 100),
        ("journal_limit", "10000000", 10_000_000),
        ("fax_limit", "100", 100),
        ("fax_limit", "10000000", 10_000_000),
        ("sandbox_limit", "1", 1),
        ("sandbox_limit", "1000000", 1_000_000),
        ("sandbox_idle", "1s", 1.0),
        ("sandbox_idle", "720h", 2_592_000.0),
        ("scenarios_dir", "none", None),
        ("scenarios_dir", ".", Path()),
        ("upload_limit", "1", 1),
        ("upload_limit", "20MB", 20 * 1024**2),
        ("storage_limit", "1 gb", 1024**3),
    ],
)
def test_a_right_value_is_taken(name: str, text: str, value: object):
    """Each setting turns its text into the value that is meant, the edges of its range included."""
    assert BY_NAME[name].parse(text) == value


PORT = "is not a port from 0 (a free one) to 65535"
RATE = "is not a rate from 0 (paused) to 100,000"
URL = "is not an http or https URL such as http://localhost:8000/faxto"
KEY = "is not a key of visible ASCII characters without blanks"
AMOUNT = "is not an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"
DURATION = "is not a duration such as 45s, 15m, 1h30m or 48h"
MAPPED = "is not HOST=HOST, such as localhost=host.docker.internal"
CERTIFIED = (
    "is not a host name or an address for a certificate, which has no _; an international name is written xn--…"
)
TIME = "is not a time such as 2026-01-05T09:00:00Z"
REACH = "is not within simulated time, which is from the year 1 to 9000"
SANDBOXES = "is not a number of sandboxes from 1 to 1000000"
REPLICA = "is not the number of a replica from 0 to 9999"
REPLICAS = "is not a number of replicas from 1 to 10000"
SIZE = "is not a size such as 500KB, 20MB or 1GB"
FAXES = "is not a number of faxes from 100 to 10000000"
ENTRIES = "is not a number of entries from 100 to 10000000"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("host", " ", "is not an address or a host name; 0.0.0.0 means all of this machine's"),
        ("port", "", PORT),
        ("port", "65536", PORT),
        ("port", "+80", PORT),
        ("port", "\N{SUPERSCRIPT TWO}", PORT),
        ("rate", "fast", RATE),
        ("rate", "-0.1", RATE),
        ("rate", "100000.1", RATE),
        ("rate", "nan", RATE),
        ("rate", "inf", RATE),
        ("callback_url", "localhost:8000", URL),
        ("callback_url", "http://", URL),
        ("callback_url", "http://h:99999/", URL),
        ("callback_url", "http://h/a b", URL),
        ("received_fax_url", "mailto:me@localhost", URL),
        ("api_key", "", KEY),
        ("api_key", "a key", KEY),
        ("api_key", "cl\xe9", KEY),
        ("balance", "much", AMOUNT),
        ("balance", "1e9", AMOUNT),
        ("balance", "0.0000001", AMOUNT),
        ("balance", "-0.01", "is below 0"),
        ("callback_timeout", "10x", DURATION),
        ("callback_timeout", "0", "is not between 1ms and 1h"),
        ("callback_timeout", "0.5ms", "is not between 1ms and 1h"),
        ("callback_timeout", "1h1ms", "is not between 1ms and 1h"),
        ("callback_host_map", "localhost", MAPPED),
        ("callback_host_map", "a b=c", MAPPED),
        ("callback_host_map", "localhost=http://app", MAPPED),
        ("tls", "perhaps", "is neither on nor off"),
        ("tls_port", "-1", PORT),
        ("tls_dir", "", "is not a path to a folder"),
        ("tls_host", "my_app", CERTIFIED),
        ("tls_host", "\N{LATIN SMALL LETTER E WITH ACUTE}.test", CERTIFIED),
        ("tls_cert", "", "is not a path to a file"),
        ("connection_limit", "9", "is not a number of connections from 10 to 100000"),
        ("connection_limit", "many", "is not a number of connections from 10 to 100000"),
        ("client_timeout", "60x", DURATION),
        ("start", "noon", TIME),
        ("start", "0001-01-01T00:00:00+01:00", REACH),
        ("start", "9000-01-01T00:00:00Z", REACH),
        ("seed", "1.0", "is not a whole number"),
        ("id_offset", "-1", REPLICA),
        ("id_offset", "10000", REPLICA),
        ("id_step", "0", REPLICAS),
        ("id_step", "1.5", REPLICAS),
        ("id_step", "10001", REPLICAS),
        ("log_format", "JSON", "is none of text, json, off"),
        ("journal_limit", "99", ENTRIES),
        ("journal_limit", "10000001", ENTRIES),
        ("fax_limit", "99", FAXES),
        ("fax_limit", "10000001", FAXES),
        ("sandbox_limit", "0", SANDBOXES),
        ("sandbox_limit", "1000001", SANDBOXES),
        ("sandbox_idle", "1x", DURATION),
        ("sandbox_idle", "999ms", "is not between 1s and 720h"),
        ("sandbox_idle", "720h1s", "is not between 1s and 720h"),
        ("scenarios_dir", "no/such/folder", "is not a folder"),
        ("upload_limit", "0", SIZE),
        ("upload_limit", "1.5MB", SIZE),
        ("storage_limit", "1025GB", SIZE),
    ],
)
def test_a_wrong_value_is_named_with_the_cure(name: str, text: str, message: str):
    """A setting refuses what it cannot use, and says what would be right."""
    with pytest.raises(ValueError, match=r"^'") as refused:
        BY_NAME[name].parse(text)
    assert str(refused.value) == f"{text!r} {message}"


def test_names_make_flags_and_variables():
    """A setting has one name: dashes on the command line, FAKEFAX_ and capitals in the environment."""
    assert [(setting.flag, setting.variable) for setting in SETTINGS] == [
        ("--host", "FAKEFAX_HOST"),
        ("--port", "FAKEFAX_PORT"),
        ("--scenario", "FAKEFAX_SCENARIO"),
        ("--watch", "FAKEFAX_WATCH"),
        ("--state", "FAKEFAX_STATE"),
        ("--state-sync", "FAKEFAX_STATE_SYNC"),
        ("--open", "FAKEFAX_OPEN"),
        ("--rate", "FAKEFAX_RATE"),
        ("--callback-url", "FAKEFAX_CALLBACK_URL"),
        ("--received-fax-url", "FAKEFAX_RECEIVED_FAX_URL"),
        ("--api-key", "FAKEFAX_API_KEY"),
        ("--balance", "FAKEFAX_BALANCE"),
        ("--callback-timeout", "FAKEFAX_CALLBACK_TIMEOUT"),
        ("--callback-host-map", "FAKEFAX_CALLBACK_HOST_MAP"),
        ("--tls", "FAKEFAX_TLS"),
        ("--tls-port", "FAKEFAX_TLS_PORT"),
        ("--tls-dir", "FAKEFAX_TLS_DIR"),
        ("--tls-host", "FAKEFAX_TLS_HOST"),
        ("--tls-cert", "FAKEFAX_TLS_CERT"),
        ("--tls-key", "FAKEFAX_TLS_KEY"),
        ("--connection-limit", "FAKEFAX_CONNECTION_LIMIT"),
        ("--client-timeout", "FAKEFAX_CLIENT_TIMEOUT"),
        ("--browser-host", "FAKEFAX_BROWSER_HOST"),
        ("--browser-origin", "FAKEFAX_BROWSER_ORIGIN"),
        ("--control-token", "FAKEFAX_CONTROL_TOKEN"),
        ("--start", "FAKEFAX_START"),
        ("--seed", "FAKEFAX_SEED"),
        ("--id-offset", "FAKEFAX_ID_OFFSET"),
        ("--id-step", "FAKEFAX_ID_STEP"),
        ("--log-format", "FAKEFAX_LOG_FORMAT"),
        ("--journal-limit", "FAKEFAX_JOURNAL_LIMIT"),
        ("--fax-limit", "FAKEFAX_FAX_LIMIT"),
        ("--sandbox-limit", "FAKEFAX_SANDBOX_LIMIT"),
        ("--sandbox-idle", "FAKEFAX_SANDBOX_IDLE"),
        ("--scenarios-dir", "FAKEFAX_SCENARIOS_DIR"),
        ("--upload-limit", "FAKEFAX_UPLOAD_LIMIT"),
        ("--storage-limit", "FAKEFAX_STORAGE_LIMIT"),
        ("--remote-files", "FAKEFAX_REMOTE_FILES"),
        ("--page-limit", "FAKEFAX_PAGE_LIMIT"),
        ("--pixel-limit", "FAKEFAX_PIXEL_LIMIT"),
        ("--file-timeout", "FAKEFAX_FILE_TIMEOUT"),
        ("--file-memory", "FAKEFAX_FILE_MEMORY"),
    ]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_is_a_value_that_could_be_given(setting):
    """The default that the help shows could be typed as well; only "none" stands for no URL."""
    if setting.many and setting.default == "none":
        assert setting.parse("none") == ()
    elif setting.default == "none" and not setting.of_scenario:
        assert setting.parse("none") is None
    elif setting.default == "none":
        assert setting.of_scenario
        assert setting.name.endswith("_url")
    else:
        setting.parse(setting.default)


@assumed("One attempt at a callback URL may take 10 real seconds.", switch="--callback-timeout")
def test_an_attempt_may_take_ten_seconds_unless_it_is_said():
    """The option's default is what a server without options has, too."""
    (setting,) = (setting for setting in SETTINGS if setting.flag == "--callback-timeout")
    assert setting.parse(setting.default) == ServerOptions().callback_timeout == 10
