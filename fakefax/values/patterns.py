"""Texts with a wildcard in them, matched in linear time.

A regular expression made of `.*` backtracks: `*a*a*a*b` against a long text of a's takes minutes.
"""

from collections.abc import Callable

TextTest = Callable[[str], bool]


def wildcard(pattern: str, sign: str = "*") -> TextTest:
    """A test of whole texts: `sign` in the pattern stands for any characters, also none; all else for itself.

    A fit is found from left to right without going back, which is right because a wildcard takes any text: the
    first place where a part can stand leaves the most room for the parts after it.
    """
    first, *others = pattern.split(sign)
    if not others:
        return pattern.__eq__
    last = others.pop()
    middle = [part for part in others if part]
    least = len(first) + len(last)
    if not middle:
        return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)

    def fits(text: str) -> bool:
        if len(text) < least or not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return fits
