"""Refusals that tell the caller what was wrong, where, and the way out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault in an input.

    `path` is a JSON pointer into the input ("/where/all/2/value"), `message` says what is
    wrong with the value found there, `hint` says how to mend it.
    """

    path: str
    message: str
    hint: str = ""


class InputRefused(ValueError):
    """An input that cannot be accepted; carries every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.path or '/'}: {p.message}" for p in self.problems))


def refuse(path: str, message: str, hint: str = "") -> InputRefused:
    """Build the refusal of one problem, ready to be raised."""
    return InputRefused([Problem(path=path, message=message, hint=hint)])


class Conflict(Exception):
    """The object was changed, or exists already, in a way that contradicts the request (HTTP 409).

    `problems` may name what differs, place by place.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(message)
