"""A text that is no YAML, or YAML that no scenario needs: one line with the place and the cure."""

import pytest

from tests.scenario.texts import problems

MORE_ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
LONG_CHAIN = "l0: &l0 [x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 60))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("faxes:\n\t- then: {}", "2:1: this is not YAML: a tab stands here; indent with blanks"),
        ('\ndescription: "abc\nclock: {}', "2:14: this is not YAML: the quote that opens here is never closed"),
        ("description: it's\nname: 'x", "2:7: this is not YAML: the quote that opens here is never closed"),
        ("seed: 1\nab: c\x07d", "2:6: this is not YAML: the character U+0007 is not allowed; take it out"),
        ("é: a\x00b", "1:5: this is not YAML: the character U+0000 is not allowed; take it out"),
        ("seed: @x", "1:7: this is not YAML: a value cannot begin with '@'; write it in quotes"),
        ("seed: `x`", "1:7: this is not YAML: a value cannot begin with '`'; write it in quotes"),
        ("é: é\nseed: @x", "2:7: this is not YAML: a value cannot begin with '@'; write it in quotes"),
        ("faxes: [{when: {fax_number: *99}, then: {}}]",
         "1:29: this is not YAML: no anchor has this name; a text that begins with * must be in quotes"),
        ("description: a: b", "1:15: this is not YAML: no key can stand here; check the indentation, "
         "or write a text that has a colon in quotes"),
        ("faxes: [{then: {}", "2:1: this is not YAML: did not find expected ',' or '}' "
         "while parsing a flow mapping that begins at line 1, column 9"),
        ("accounts: [&a {api_key: k}, &a {api_key: l}]",
         "1:29: this is not YAML: this anchor's name is taken; give each its own"),
        ("a:\n  b: >20", "2:6: this is not YAML: a value that begins with > or | must be in quotes"),
        ("a: [b: >20]", "1:8: this is not YAML: a value cannot begin with '>'; write it in quotes"),
        ("clock:\n  rate: 1\n\tstart: 2", "3:1: this is not YAML: a tab stands here; indent with blanks"),
        ("faxes:\n  - then: {}\n   when: {}",
         "3:4: this is not YAML: check the indentation; keys of a list item begin below its first key"),
        ("clock:\n   rate: 1\n  start: 2",
         "3:3: this is not YAML: check the indentation; keys of a mapping begin below its first key"),
        ("seed: 1\n---\nseed: 2", "2:1: a second document begins here; a scenario file has one"),
        ("? [a]\n: b", "1:3: a key must be plain text"),
        ("faxes: &a [*a]", "1:12: *a is inside of the value it repeats, so it never ends"),
        ("accounts: [&a {api_key: {x: [*a]}}]", "1:30: *a is inside of the value it repeats, so it never ends"),
        ("seed: !!timestamp x", "1:7: the tag 'tag:yaml.org,2002:timestamp' means nothing here; leave it out"),
        ("seed: !!int ''", "1:7: the tag 'tag:yaml.org,2002:int' means nothing here; leave it out"),
        ("a: !!python/object:os.system x",
         "1:4: the tag 'tag:yaml.org,2002:python/object:os.system' means nothing here; leave it out"),
        ("!mine {a: 1}", "1:1: the tag '!mine' means nothing here; leave it out"),
        ("[" * 100_000, "1:51: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
        ("[" * 900, "1:51: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
        ("{a: " * 5_000, "1:198: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
        ("a:\n  - b: " + "[" * 5_000,
         "2:55: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
        ("- " * 100_000, "1:101: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
        (MORE_ALIASES, "6:8: aliases repeat more than 100,000 values up to here; write fewer"),
        (LONG_CHAIN, "49:12: this is nested more than 50 levels deep; a scenario needs fewer than ten"),
    ],
)  # fmt: skip
def test_unreadable_files(text: str, line: str):
    """A file that cannot be read is one line that points at the cause and says what to write."""
    assert problems(text + "\n") == [line]
