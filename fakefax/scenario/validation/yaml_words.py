"""Why a text cannot be read, in words that help whoever wrote it."""

from typing import Any

import yaml

from fakefax.scenario.validation.yaml_limits import NotForScenarios

NOT_YAML = "this is not YAML: "

_TAB = "a tab stands here; indent with blanks"
_BETTER = {
    "found a tab character": NOT_YAML + _TAB,
    "expected '-' indicator": NOT_YAML + "check the indentation; keys of a list item begin below its first key",
    "expected key": NOT_YAML + "check the indentation; keys of a mapping begin below its first key",
    "found another document": "a second document begins here; a scenario file has one",
    "found undefined alias": NOT_YAML + "no anchor has this name; a text that begins with * must be in quotes",
    "second occurrence": NOT_YAML + "this anchor's name is taken; give each its own",
    "mapping values are not allowed": (
        NOT_YAML + "no key can stand here; check the indentation, or write a text that has a colon in quotes"
    ),
    "found unhashable key": "a key must be plain text",
}


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str]:
    """The mark of what is wrong, and what it is."""
    problem, mark = error.problem or error.context or "it cannot be read", error.problem_mark or error.context_mark
    if isinstance(error, NotForScenarios):
        return mark, problem
    if "cannot start any token" in problem and mark is not None:
        return mark, NOT_YAML + _wrong_start(text[mark.index : mark.index + 1])
    if problem.startswith("found unexpected end of stream") and "quoted scalar" in str(error.context):
        return error.context_mark, NOT_YAML + "the quote that opens here is never closed"
    if "expected comment or line break" in problem and "block scalar" in str(error.context):
        return error.context_mark, NOT_YAML + "a value that begins with > or | must be in quotes"
    for words, better in _BETTER.items():
        if words in problem:
            return mark, better
    if error.context and error.context_mark:
        place = f"line {error.context_mark.line + 1}, column {error.context_mark.column + 1}"
        problem = f"{problem} {error.context} that begins at {place}"
    return mark, NOT_YAML + problem


def _wrong_start(character: str) -> str:
    if character == "\t":
        return _TAB
    return f"a value cannot begin with {character!r}; write it in quotes"
