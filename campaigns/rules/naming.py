"""Checks what a definition refers to: flows, endpoints and segments must exist, and no event may come back for ever."""

from collections.abc import Mapping
from typing import Any

from audiences.conditions import Condition
from campaigns.rules.cycles import certain_cycle
from campaigns.rules.form import RuleForm
from campaigns.rules.form.deeds import StartFlow, Webhook
from campaigns.rules.live import live_rules
from campaigns.rules.references import unknown
from config.kit.errors import InputRefused, Problem


def check_references(workspace_id: int, form: RuleForm) -> None:
    """Raise `InputRefused` for what a rule names and nobody knows, and for a circle that it closes."""
    problems = [
        *_missing("flow", workspace_id, _named(form, StartFlow, "flow")),
        *_missing("endpoint", workspace_id, _named(form, Webhook, "endpoint")),
        *_segments(workspace_id, form),
        *_cycle(workspace_id, form),
    ]
    if problems:
        raise InputRefused(problems)


def _named(form: RuleForm, kind: type[Any], part: str) -> dict[str, str]:
    """Return the keys that actions of a kind name, each with its place in the definition."""
    found: dict[str, str] = {}
    for index, action in enumerate(form.actions):
        if isinstance(action, kind):
            place = f"/then/{index}/{action.kind}" if form.table is None else "/rows"
            ends_here = form.table is not None or isinstance(action.as_json(), str)
            found.setdefault(getattr(action, part), place if ends_here else f"{place}/{part}")
    return found


def _segments(workspace_id: int, form: RuleForm) -> list[Problem]:
    problems: list[Problem] = []
    for part, condition in (("if", form.condition), ("unless", form.unless)):
        problems += _missing("segment", workspace_id, dict.fromkeys(_read(condition), f"/{part}"))
    return problems


def _read(condition: Condition | None) -> list[str]:
    return [] if condition is None else sorted(condition.needs().segments)


def _missing(kind: str, workspace_id: int, places: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(path=places[key], message=f"there is no {kind} {key!r}", hint=f"define the {kind} first")
        for key in unknown(kind, workspace_id, places)
    ]


def _cycle(workspace_id: int, form: RuleForm) -> list[Problem]:
    if not any(action.tells for action in form.actions):
        return []
    others = [rule for rule in live_rules(workspace_id) if rule.key != form.key]
    found = certain_cycle(form, others)
    if not found:
        return []
    place = next(index for index, action in enumerate(form.actions) if action.tells == found[0].tells)
    way = ", ".join(f"{step.key} tells {step.tells}" for step in found)
    hint = "give a rule on this way a condition that ends it, a cooldown or max_firings"
    message = f"it would set itself off without an end: {way}, which {form.key} listens to"
    path = f"/then/{place}/{form.actions[place].kind}" if form.table is None else "/outputs"
    return [Problem(path=path, message=message, hint=hint)]
