"""A rule being edited: its draft as the fields of a form, and the fields back as a definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone

from audiences import builder
from audiences.builder import ConditionForm
from audiences.conditions import Place
from audiences.conditions.instants import instant
from campaigns.rules.editor import deeds
from config.kit.errors import Problem
from config.kit.spoken import spoken

FIELDS: Final = frozenset(
    (
        *("key", "name", "on", "if", "unless", "then", "priority", "enabled", "mode"),
        *("exclusive", "cooldown", "max_firings", "schedule", "expires", "rollout"),
    )
)
"""The keys of a definition that the form has fields for."""
TEXTS: Final = ("name", "mode", "priority", "exclusive", "cooldown", "rollout", "expires")
LIMITS: Final = ("per_subject", "in_all", "per")
HOURS: Final = ("from", "until", "opens", "closes", "zone")
NEEDS_JSON: Final = ("rows", "columns", "group_by", "over", "measure", "absent", "for", "where")
"""Keys of tables and of rules over time: those are edited as JSON, or on the page of the table."""
_LOCAL: Final = "%Y-%m-%dT%H:%M"


@dataclass(slots=True, kw_only=True)
class RuleFields:
    """What the form holds: texts as typed. `faults` are put at the fields that they belong to."""

    key: str
    condition: ConditionForm
    exception: ConditionForm
    texts: dict[str, str] = field(default_factory=dict)
    on: list[str] = field(default_factory=list)
    weekdays: list[str] = field(default_factory=list)
    enabled: bool = True
    actions: list[deeds.Row] = field(default_factory=list)
    faults: dict[str, list[Problem]] = field(default_factory=dict)
    asked: bool = False
    rest: Mapping[str, Any] = field(default_factory=dict)
    """What the draft says beyond the form's fields: kept as it is, also by a page that is older than it."""

    def definition(self) -> dict[str, Any]:
        """Return the definition that the form says, right or not."""
        raw: dict[str, Any] = {"key": self.key, "name": self.texts.get("name", ""), "on": self.on}
        for name, form in (("if", self.condition), ("unless", self.exception)):
            if form.root.inside():
                raw[name] = form.definition()
        raw["then"] = [row.written() for row in self.actions]
        raw |= {"priority": _number(self.texts.get("priority", "") or "100"), "enabled": self.enabled}
        raw["mode"] = self.texts.get("mode", "live")
        raw |= {name: self.texts[name] for name in ("exclusive", "cooldown") if self.texts.get(name)}
        if limits := {name: self._limit(name) for name in LIMITS if self.texts.get(name)}:
            raw["max_firings"] = limits
        if schedule := self._schedule():
            raw["schedule"] = schedule
        if self.texts.get("expires"):
            raw["expires"] = _instant(self.texts["expires"])
        if self.texts.get("rollout", "") not in ("", "100"):
            raw["rollout"] = _number(self.texts["rollout"])
        return {**raw, **self.rest}

    def check(self, problems: Sequence[Mapping[str, str]]) -> None:
        """Put what the draft's checks found at its fields."""
        found = [Problem(path=one["path"], message=one["message"], hint=one["hint"]) for one in problems]
        for prefix, form in (("/if", self.condition), ("/unless", self.exception)):
            form.check(one for one in found if _below(one.path, prefix))
            form.faults = form.faults if form.root.inside() else []
        for one in found:
            block = one.path.strip("/").partition("/")[0]
            if block not in ("if", "unless"):
                self.faults.setdefault(block, []).append(one)
        for place, row in enumerate(self.actions):
            row.faults = [_said(one) for one in found if _below(one.path, f"/then/{place}")]

    def _limit(self, name: str) -> Any:
        return self.texts[name] if name == "per" else _number(self.texts[name])

    def _schedule(self) -> dict[str, Any]:
        texts = self.texts
        written: dict[str, Any] = {name: _instant(texts[name]) for name in ("from", "until") if texts.get(name)}
        if 0 < len(self.weekdays) < 7:
            written["weekdays"] = [int(day) for day in self.weekdays]
        if texts.get("opens") or texts.get("closes"):
            written["window"] = {"from": texts.get("opens", ""), "to": texts.get("closes", "")}
        return written | {"zone": texts.get("zone") or "workspace"} if written else {}


def _said(problem: Problem) -> str:
    return f"{spoken(problem.message)} {spoken(problem.hint)}".strip()


def of(definition: Mapping[str, Any], workspace_id: int) -> RuleFields:
    """Return the form of a draft's definition."""
    on = definition.get("on", [])
    return RuleFields(
        key=str(definition.get("key", "")),
        condition=_condition(definition.get("if"), workspace_id, "if"),
        exception=_condition(definition.get("unless"), workspace_id, "unless"),
        texts=_texts(definition),
        on=[on] if isinstance(on, str) else [str(name) for name in on] if isinstance(on, list) else [],
        weekdays=[str(day) for day in _part(definition, "schedule").get("weekdays", [])],
        enabled=definition.get("enabled", True) is not False,
        actions=deeds.rows_of(definition.get("then")),
        rest={name: value for name, value in definition.items() if name not in FIELDS},
    )


def posted(data: QueryDict, workspace_id: int, *, definition: Mapping[str, Any]) -> RuleFields:
    """Return the form as it was sent, after the step that a button asks for; `definition` is what is stored now."""
    condition = builder.posted(data, workspace_id, place=Place.EVENT, prefix="if", path="/if")
    exception = builder.posted(data, workspace_id, place=Place.EVENT, prefix="unless", path="/unless")
    names = [name.strip() for name in data.get("on", "").replace("\n", ",").replace("、", ",").split(",")]
    return RuleFields(
        key=str(definition.get("key", "")),
        condition=condition,
        exception=exception,
        texts={name: data.get(name, "").strip() for name in (*TEXTS, *LIMITS, *HOURS)},
        on=[name for name in dict.fromkeys(names) if name],
        weekdays=[day for day in data.getlist("weekdays") if day in WEEKDAYS],
        enabled="enabled" in data,
        actions=deeds.posted(data),
        asked=condition.asked or exception.asked or deeds.is_asked(data),
        rest={name: value for name, value in definition.items() if name not in FIELDS},
    )


WEEKDAYS: Final = tuple("1234567")


def needs_json(definition: Mapping[str, Any]) -> bool:
    """Whether the form cannot hold all of a definition: it counts, waits, or is a table."""
    return any(name in definition for name in NEEDS_JSON)


def _condition(raw: Any, workspace_id: int, name: str) -> ConditionForm:
    place: dict[str, Any] = {"place": Place.EVENT, "prefix": name, "path": f"/{name}"}
    return builder.of(raw, workspace_id, **place) if raw else builder.blank(workspace_id, **place)


def _texts(definition: Mapping[str, Any]) -> dict[str, str]:
    limits, schedule = _part(definition, "max_firings"), _part(definition, "schedule")
    window = _part(schedule, "window")
    texts = {name: definition.get(name, "") for name in TEXTS}
    texts |= {name: limits.get(name, "") for name in LIMITS}
    texts |= {"opens": window.get("from", ""), "closes": window.get("to", ""), "zone": schedule.get("zone", "")}
    written = {name: "" if value is None else str(value) for name, value in texts.items()}
    written |= {name: _local(schedule.get(name, "")) for name in ("from", "until")}
    return written | {"expires": _local(definition.get("expires", "")), "mode": written["mode"] or "live"}


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, Mapping) else {}


def _below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _number(text: str) -> Any:
    """Return the number that a text says, or the text for the checks to refuse."""
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _instant(text: str) -> str:
    """Return what a field for local time says as an instant; anything else as it is, for the checks to refuse."""
    try:
        local = datetime.strptime(text, _LOCAL)  # noqa: DTZ007  # made aware below, by the reader's zone
    except ValueError:
        return text
    zone = timezone.get_current_timezone()
    return local.replace(tzinfo=zone if isinstance(zone, ZoneInfo) else UTC).astimezone(UTC).isoformat()


def _local(text: Any) -> str:
    found = instant(text) if isinstance(text, str) else None
    return f"{timezone.localtime(found):{_LOCAL}}" if found else str(text or "")
