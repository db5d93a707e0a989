"""Errors that are kept for a while: without what the functions held that they came through."""

import traceback


def without_frames(error: BaseException) -> None:
    """Forget the frames of an error that has been understood, and of those that it came from.

    A frame that holds its own error is a cycle, and all that the frame held, such as a body of many megabytes,
    would stay until the garbage collector comes.
    """
    following: BaseException | None = error
    while following is not None:
        traceback.clear_frames(following.__traceback__)
        following.__traceback__ = None
        cause, context = following.__cause__, following.__context__
        following.__context__ = None
        following = cause or context
