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


def preview(
    template: Template, context: dict[str, Any], *, now: datetime, channel: str = "", language: str = ""
) -> Shown:
    """Render the live version with a made-up context; raises InputRefused naming what is missing in it.

    Without a channel it is the template's own one, without a language that of the first variant.
    """
    if template.live is None:
        raise Conflict("This template has no version yet.")
    stored = stored_templates([template.live.pk])[template.live.pk]
    if channel and channel not in stored.channels:
        there = ", ".join(sorted(stored.channels))
        raise refuse("/channel", f"this template says nothing on {channel!r}", f"It has variants for {there}.")
    program = stored.program_for(channel or stored.channel, language) if channel or language else stored.program
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
