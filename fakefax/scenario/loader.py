"""From a shipped name or a path to a checked Scenario."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fakefax.scenario.collector import collector_held
from fakefax.scenario.default import default_scenario
from fakefax.scenario.schema import EXTENSION, Scenario
from fakefax.values.unpatched import read_file

if TYPE_CHECKING:
    from fakefax.scenario.validation.source import Source

_PACKAGE = Path(__file__).resolve().parent.parent
_IN_WHEEL = _PACKAGE / "shipped"
_FOLDER = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent / "scenarios"
"""Where the wheel has `scenarios/`; a checkout has it beside the package."""

SHIPPED = {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}
"""Name and file of each scenario that comes with fakefax.

They are found when this module is imported: a test that patches the file system does not reach the server.
"""
_RULE = "rule"
"""The file name in the problems of a single rule."""


class ScenarioError(Exception):
    """A scenario that cannot be used; `lines` has one line for each of its problems."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class ScenarioUnreadable(ScenarioError):
    """The scenario does not exist or cannot be read."""


class RuleError(ScenarioError):
    """A rule that cannot be used; `lines` has one line for each of its problems, with its place in the rule."""


def shipped_folder() -> Path:
    """The folder of the scenarios that come with fakefax."""
    return _FOLDER


def shipped_scenarios() -> dict[str, Path]:
    """Name and file of each shipped scenario, sorted by name."""
    return dict(SHIPPED)


def is_shipped(path: Path) -> bool:
    """Whether it is the file of a scenario that comes with fakefax. Paths of pyfakefs are of another class."""
    return str(SHIPPED.get(path.stem)) == str(path)


def find_scenario(name_or_path: str) -> Path:
    """The file meant by a shipped name, or else by a path. Raises ScenarioError when there is none."""
    shipped = shipped_scenarios()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if path.suffix or "/" in name_or_path or _exists(path):
        return path
    from fakefax.scenario.validation.problems import suggestion  # noqa: PLC0415 (only for the message)

    raise ScenarioUnreadable(
        [f"{name_or_path}: no shipped scenario has this name{suggestion(name_or_path, shipped)}"]
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for a file
        return False


def load_scenario(name_or_path: str) -> Scenario:
    """Read and check a scenario. Raises ScenarioError with every problem of the file at once."""
    path = find_scenario(name_or_path)
    try:
        content = read_file(str(path)) if is_shipped(path) else path.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError for a null character in the path
        reason = error.strerror if isinstance(error, OSError) else error
        raise ScenarioUnreadable([f"{path}: cannot be read: {reason}{_shipped_hint(path)}"]) from None
    text = scenario_text(content, str(path))
    return default_scenario(text) or parse_scenario(text, str(path))


def scenario_text(content: bytes, file: str) -> str:
    """The content of a scenario file as text; `file` is its name in the problem. Raises ScenarioError."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}; save it as UTF-8"
        raise ScenarioError([f"{file}: {what}"]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _shipped_hint(path: Path) -> str:
    return f"; the shipped scenario is called {path.stem}" if path.stem in shipped_scenarios() else ""


def parse_scenario(text: str, file: str) -> Scenario:
    """Check the text of a scenario; `file` is its name in the problems. Raises ScenarioError."""
    with collector_held(when=len(text) >= LARGE):
        return _parsed(text, file)


def _parsed(text: str, file: str) -> Scenario:
    from fakefax.scenario.validation.source import NotYaml, Source  # noqa: PLC0415 (YAML is slow to load)

    try:
        source = Source(text)
    except NotYaml as error:
        raise ScenarioError([f"{file}:{error.place.line}:{error.place.column}: {error.problem}"]) from None
    return _checked(source, file)


LARGE = 100_000
"""Characters of a file from which on the collector of cyclic garbage is held back while it is read."""


def check_scenario(data: object, name: str) -> Scenario:
    """Check a scenario that came as data, such as a JSON object; `name` is its name in the problems.

    Raises ScenarioError.
    """
    from fakefax.scenario.validation.source import Source  # noqa: PLC0415 (YAML is slow to load)

    return _checked(Source.of_data(data), name)


def check_rule(section: str, written: object) -> Any:
    """A rule of `faxes`, `requests` or `callbacks` as its struct. Raises RuleError."""
    from fakefax.scenario.validation.source import Source  # noqa: PLC0415 (YAML is slow to load)

    try:
        scenario = _checked(Source.of_data({section: [written]}), _RULE, whole=False)
    except ScenarioError as error:
        raise RuleError([_in_the_rule(line, section) for line in error.lines]) from None
    return getattr(scenario, section)[0]


def _in_the_rule(line: str, section: str) -> str:
    """A problem without the file and the list that the rule was put in to be checked."""
    problem = line.removeprefix(f"{_RULE}: ")
    return problem.removeprefix(f"{section}[0]").removeprefix(".").removeprefix(": ")


def _checked(source: "Source", file: str, *, whole: bool = True) -> Scenario:
    from fakefax.scenario.validation.checks import find_semantic_problems  # noqa: PLC0415 (imports what it shares with the slow path)
    from fakefax.scenario.validation.problems import Problems  # noqa: PLC0415 (comes with the checks)

    scenario, complaint = _convert(source)
    problems = Problems()
    if complaint is not None:
        from fakefax.scenario.validation.schema_problems import find_schema_problems  # noqa: PLC0415 (only for a wrong file)

        find_schema_problems(source, problems)
    find_semantic_problems(source, problems, whole=whole)
    if problems:
        raise ScenarioError(problems.lines(file))
    if scenario is None:
        from fakefax.scenario.validation.problems import Problem  # noqa: PLC0415 (only for a wrong file)

        raise ScenarioError([Problem(source.place([]), "", str(complaint)).line(file)])
    return scenario


def _convert(source: "Source") -> tuple[Scenario | None, str | None]:
    try:
        return msgspec.convert(_without_extensions(source.data), Scenario), None
    except (msgspec.ValidationError, RecursionError) as error:
        return None, str(error)


def _without_extensions(data: Any) -> Any:
    """The data without the keys at its top that begin with `x-`: they hold what aliases in the file repeat."""
    if not isinstance(data, dict) or not any(str(key).startswith(EXTENSION) for key in data):
        return data
    return {key: value for key, value in data.items() if not str(key).startswith(EXTENSION)}
