"""Shows what a variant would say to somebody, true to size: what is missing is named and marked, not an end."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from config.kit.errors import InputRefused, Problem
from content.rendering.checks import Finding, findings
from content.rendering.mail import finished
from content.rendering.program import PARTS, Program, Rendered, parse_program
from content.rendering.refusals import MissingVariable, RenderRefused

MOST_MISSING: Final = 40
SAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "en": {"user_id": "u-1024", "first_name": "Anni", "last_name": "Example", "city": "Zurich", "language": "en"},
    "zh": {"user_id": "u-1024", "first_name": "安妮", "last_name": "李", "city": "上海", "language": "zh-Hans"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The rendered texts, the variables that were missing, those whose fall-back shows, and what checks found."""

    rendered: Rendered | None = None
    missing: Sequence[str] = ()
    defaulted: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    findings: Sequence[Finding] = field(default=())


def try_out(
    variant: Mapping[str, Any], context: Mapping[str, Any], *, purpose: str = "marketing", now: datetime
) -> Trial:
    """Render a variant, and note what its author should know."""
    try:
        program = parse_program(finished(variant))
    except InputRefused as refusal:
        return Trial(problems=refusal.problems)
    found = findings(variant, program, purpose=purpose)
    filled, missing = deepcopy(dict(context)) | {"now": now.isoformat()}, list[str]()
    while len(missing) < MOST_MISSING:
        try:
            rendered = program.render(filled)
        except MissingVariable as gap:
            missing.append(gap.detail)
            if not _fill(filled, gap.detail):
                break
        except RenderRefused as refusal:
            problem = Problem(path="", message=f"{refusal.reason}: {refusal.detail}", hint="")
            return Trial(problems=[problem], missing=missing, findings=found)
        else:
            defaulted = [path for path in _printed(program) if path not in missing and not _has(filled, path)]
            return Trial(rendered=rendered, missing=missing, defaulted=defaulted, findings=found)
    return Trial(missing=missing, findings=found)


def sample(language: str) -> Mapping[str, Any]:
    """Return a made-up person who speaks the language."""
    return SAMPLES["zh" if language.lower().startswith("zh") else "en"]


def _fill(context: dict[str, Any], path: str) -> bool:
    """Put the variable's own name in its place; False if there is no such place."""
    *parents, name = path.split(".")
    here: Any = context
    for parent in parents:
        here = here.setdefault(parent, {})
        if not isinstance(here, dict):
            return False
    if name in here and here[name] is not None:
        return False
    here[name] = f"⟨{path}⟩"
    return True


def _printed(program: Program) -> list[str]:
    """Return the paths that the texts read, in their order."""
    found: dict[str, None] = {}
    for part in PARTS:
        parsed = getattr(program, part)
        for variables in parsed.template.analyze().globals.values() if parsed else ():
            found |= dict.fromkeys(".".join(str(step) for step in one.segments) for one in variables)
    return list(found)


def _has(context: Mapping[str, Any], path: str) -> bool:
    here: Any = context
    for step in path.split("."):
        if not isinstance(here, Mapping) or here.get(step) in (None, "", []):
            return False
        here = here[step]
    return True
