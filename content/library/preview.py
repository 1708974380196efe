"""Shows what a template would say to somebody, and what its author may have overlooked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.kit.errors import Conflict, Problem, refuse
from content.library.models import Template
from content.library.templates import stored_templates
from content.rendering.program import PARTS, Program, Rendered, warnings
from content.rendering.refusals import MissingVariable, RenderRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rendered template with the author's possible slips."""

    rendered: Rendered
    warnings: Sequence[Problem]


def preview(template: Template, context: dict[str, Any], *, now: datetime) -> Shown:
    """Render the live version with a made-up context; raises InputRefused naming what is missing in it."""
    if template.live is None:
        raise Conflict("This template has no version yet.")
    program = stored_templates([template.live.pk])[template.live.pk].program
    try:
        rendered = program.render({**context, "now": now.isoformat()})
    except RenderRefused as refusal:
        raise refuse(*_place(refusal, program, context)) from refusal
    return Shown(rendered=rendered, warnings=warnings(program))


def _place(refusal: RenderRefused, program: Program, context: dict[str, Any]) -> tuple[str, str, str]:
    if isinstance(refusal, MissingVariable):
        pointer = "/" + refusal.detail.replace(".", "/")
        return pointer, f"“{refusal.detail}” is missing", "Give a value, or a default in the template."
    broken = next((part for part in PARTS if _fails(program, part, context)), "")
    return f"/{broken}".rstrip("/"), f"{refusal.reason}: {refusal.detail}", "Change the template."


def _fails(program: Program, part: str, context: dict[str, Any]) -> bool:
    parsed = getattr(program, part)
    if parsed is None:
        return False
    try:
        parsed.render(context)
    except RenderRefused:
        return True
    return False
