"""Errors that are kept for a while do not keep the bodies that their frames held."""

from fakefax.core.errors import clear_tracebacks


def test_an_error_forgets_its_frames_and_those_of_what_it_came_from():
    """Neither the error nor its cause, nor what was handled when the cause was raised, has a traceback left."""
    chain: list[BaseException] = []
    try:
        try:
            try:
                raise ValueError("first")
            except ValueError as first:
                chain.append(first)
                raise KeyError("second")  # noqa: B904 (its context is what is looked at)
        except KeyError as second:
            chain.append(second)
            raise RuntimeError("third") from second
    except RuntimeError as third:
        chain.append(third)
    clear_tracebacks(chain[-1])
    assert [error.__traceback__ for error in chain] == [None, None, None]
    assert [error.__context__ for error in chain] == [None, None, None]
