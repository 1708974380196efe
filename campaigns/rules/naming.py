"""Checks what a definition refers to: flows, endpoints and segments must exist, and no event may come back for ever."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audiences.conditions import Condition
from campaigns.rules.cycles import certain_cycle
from campaigns.rules.form import RuleForm
from campaigns.rules.form.deeds import StartFlow, Webhook
from campaigns.rules.live import live_rules
from campaigns.rules.references import unknown
from config.kit.errors import InputRefused, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """That a rule names something: of which kind, its key, and where."""

    kind: str
    key: str
    path: str


def references(form: RuleForm) -> Iterator[Reference]:
    """Yield what a rule refers to, each thing once."""
    for kind, action, part in (("flow", StartFlow, "flow"), ("endpoint", Webhook, "endpoint")):
        for key, path in _named(form, action, part).items():
            yield Reference(kind=kind, key=key, path=path)
    for where, condition in (("if", form.condition), ("unless", form.unless)):
        for key in _read(condition):
            yield Reference(kind="segment", key=key, path=f"/{where}")


def check_references(workspace_id: int, form: RuleForm) -> None:
    """Raise `InputRefused` for what a rule names and nobody knows, and for a circle that it closes."""
    if problems := faulty_references(workspace_id, [form]).get(0):
        raise InputRefused(problems)


def faulty_references(workspace_id: int, forms: Sequence[RuleForm]) -> Mapping[int, list[Problem]]:
    """Return the same of many rules, by their places; one query for each kind of thing that they name."""
    named = [(place, each) for place, form in enumerate(forms) for each in references(form)]
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    for _place, each in named:
        wanted[each.kind][each.key] = None
    missing = {kind: set(unknown(kind, workspace_id, list(keys))) for kind, keys in wanted.items()}
    problems: dict[int, list[Problem]] = defaultdict(list)
    for place, each in named:
        if each.key in missing[each.kind]:
            told = f"there is no {each.kind} {each.key!r}"
            problems[place].append(Problem(path=each.path, message=told, hint=f"define the {each.kind} first"))
    for place, form in enumerate(forms):
        if found := _cycle(workspace_id, form):
            problems[place] += found
    return problems


def _named(form: RuleForm, kind: type[Any], part: str) -> dict[str, str]:
    """Return the keys that actions of a kind name, each with its place in the definition."""
    found: dict[str, str] = {}
    for index, action in enumerate(form.actions):
        if isinstance(action, kind):
            place = f"/then/{index}/{action.kind}" if form.table is None else "/rows"
            ends_here = form.table is not None or isinstance(action.as_json(), str)
            found.setdefault(getattr(action, part), place if ends_here else f"{place}/{part}")
    return found


def _read(condition: Condition | None) -> list[str]:
    return [] if condition is None else sorted(condition.needs().segments)


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
