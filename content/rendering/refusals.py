"""Why a person's message could not be rendered."""

from enum import StrEnum


class Reason(StrEnum):
    MISSING_VARIABLE = "missing_variable"
    LIMIT = "template_limit"
    ERROR = "template_error"


class RenderRefused(Exception):
    """This person's message cannot be rendered; the others of the batch are not concerned.

    `reason` is stored with the delivery; `detail` names the variable or the limit.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


class MissingVariable(RenderRefused):
    """The template prints, loops over or filters a variable that this person does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(Reason.MISSING_VARIABLE, name)
