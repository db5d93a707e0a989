"""The known name that is probably meant."""

from collections.abc import Iterable

MAX_LENGTH = 60
MAX_NAMES = 100
"""Comparing longer words, or more of them, would take too long."""


def closest(wrong: str, names: Iterable[str]) -> str | None:
    """The known name most similar to a wrong one, or None if no name is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 (slow to import, and needed for wrong names only)

    known = list(names)
    if len(wrong) > MAX_LENGTH or len(known) > MAX_NAMES:
        return None
    for word in (wrong, wrong.lower()):
        if found := get_close_matches(word, known, n=1):
            return found[0]
    return None


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """ "; did you mean 'busy'?", or an empty text if no name is similar."""
    close = closest(wrong, names)
    return f"; did you mean {close!r}?" if close else ""
