"""Rules for every page: its links lead somewhere, its blocks are tested, its commands exist."""

import ast
import importlib.util
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from fakefax.api.operations import OPERATIONS
from fakefax.cli.main import cli
from fakefax.cli.settings import SETTINGS
from fakefax.control.routes import PREFIX, ROUTES
from fakefax.pytest_plugin.options import FLAGS
from tests.documentation import PAGES, ROOT, Block, all_blocks, prose

NAMED_BY_FILES = "example-"
"""A block of this kind is the file of that name in tests/examples."""

UNNAMED = {"text", "console", "sh"}
"""The kinds of blocks without a name: an output, or commands, whose words are checked here."""


def test_the_readme_is_short():
    """The README has at most 200 lines, of at most 130 characters apart from tables and pictures."""
    lines = PAGES["README.md"].splitlines()
    assert len(lines) <= 200
    assert not [
        line for line in lines if len(line) > 130 and not line.startswith(("|", "python3 -m venv", "  <img"))
    ]


def test_every_block_has_a_test():
    """A block with a name is run by a test in tests/docs; one without may only be output or commands."""
    known = {
        node.value
        for path in (ROOT / "tests" / "docs").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for block in all_blocks():
        if block.name:
            assert block.name in known or block.name.startswith(NAMED_BY_FILES), f"no test has {block.name!r}"
        else:
            assert block.language in UNNAMED, f"{block.page}: give this block a name and a test:\n{block.text}"


@pytest.mark.parametrize("page", PAGES)
def test_every_fence_is_closed_and_has_a_language(page: str):
    """Each opening fence is one that the tests here read."""
    fences = [line for line in PAGES[page].splitlines() if line.startswith("```")]
    opened = [block for block in all_blocks() if block.page == page]
    assert len(fences) == 2 * len(opened)
    assert all(block.language for block in opened)


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each simple command in a block of commands."""
    for line in block.text.replace("\\\n", " ").splitlines():
        if block.language == "console" and not line.startswith("$ "):
            continue
        lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word.strip("|&;") == "":
                yield words
                words = []
            else:
                words.append(word)


COMMANDS = [
    pytest.param(words, id=f"{block.page}: {' '.join(words)}"[:90])
    for block in all_blocks()
    if block.language in ("sh", "console")
    for words in commands(block)
    if words and words[0] in ("fakefax", "curl", "python", "pytest")
]


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_exists(words: list[str]):
    """Each command of the documentation has the options it is shown with, each request leads somewhere."""
    program, *rest = words
    if program == "fakefax":
        check_fakefax(rest)
    elif program == "curl":
        check_curl(rest)
    elif program == "pytest":
        assert {word.partition("=")[0] for word in rest if word.startswith("--fakefax")} <= set(PLUGIN)
    elif rest[0] == "-m":
        assert importlib.util.find_spec(rest[1])


def check_fakefax(words: list[str]) -> None:
    """Parse the words as the command line does; nothing is carried out."""
    if ">" in words:
        words = words[: words.index(">")]
    with click.Context(cli, info_name="fakefax", help_option_names=["-h", "--help"]) as context:
        if words[0].startswith("-"):
            return
        command = cli.get_command(context, words[0])
        assert command is not None, f"there is no command {words[0]}"
        with command.make_context(words[0], list(words[1:]), parent=context):
            pass


def check_curl(words: list[str]) -> None:
    """The path of each URL of the default address is one that is served."""
    for word in words:
        if (found := re.match(r"http://127\.0\.0\.1:8080(/[^?]*)", word)) is not None:
            assert any(re.fullmatch(path, found[1]) for path in served()), f"nothing is served at {found[1]}"


def served() -> Iterator[str]:
    """The paths of both APIs as patterns."""
    paths = [PREFIX + route.path for route in ROUTES]
    paths += [mount for operation in OPERATIONS for mount in operation.mounts]
    for path in paths:
        yield re.sub(r"\{\w+\}", "[^/]+", path)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str):
    """A link to another file of the checkout leads to a file, and to a heading that the file has."""
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", prose(PAGES[page])):
        link = target[0] or target[1]
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{link} has no such heading"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as forges and the site make them."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_navigation_of_the_site():
    """mkdocs.yml names each page of docs/, once."""
    named = re.findall(
        r"^ +- (?:.*: )?([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    pages = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/") and page.endswith(".md")]
    assert sorted(named) == sorted([*pages, "changelog.md"])


PLUGIN = {name.partition(" ")[0] for name in FLAGS}
OF_OTHER_PROGRAMS = {
    *("--add-host", "--build-arg", "--format", "--read-only", "--secret"),  # docker
    *("--cacert", "--connect-to", "--data-binary"),  # curl
    "--user",  # cert-sync
    "--no-x",  # stands for any switch
}


def parameters(command: click.Command = cli) -> Iterator[click.Parameter]:
    """Every parameter of a command and of those below it, by default of all."""
    with click.Context(command, info_name="fakefax", help_option_names=["-h", "--help"]) as context:
        yield from command.get_params(context)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                yield from parameters(below)


KNOWN = list(parameters())
OPTIONS = {name for each in KNOWN for name in (*each.opts, *each.secondary_opts)}
VARIABLES = {each.envvar for each in KNOWN if isinstance(each.envvar, str)}


@pytest.mark.parametrize("page", PAGES)
def test_every_option_and_variable_in_the_text_exists(page: str):
    """Every option and every variable of fakefax that a page has in backticks exists."""
    words = " ".join(re.findall(r"`([^`]+)`", prose(PAGES[page])))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", words))
    assert named - OPTIONS - PLUGIN - OF_OTHER_PROGRAMS == set()
    variables = set(re.findall(r"FAKEFAX_[A-Z_]+", words))
    assert variables - VARIABLES - {setting.variable for setting in SETTINGS} == set()
