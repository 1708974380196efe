"""Turns an entry of a person's story into what the page shows: an icon, a sentence, a reason that can be opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.intake.models import EventKind
from audiences.people.labels import has_own_name, label_of_kind
from audiences.wording import Line, verdict_line
from campaigns.delivery.wording import CheckLine, answer
from campaigns.flows.labels import label_of_run, refusal_text
from campaigns.overview.story import Entry
from config.kit.channels import channel_text, purpose_text
from config.kit.labels import Label
from config.kit.masking import shown as masked_value
from config.kit.templatetags.kit import plain

MOST_PROPERTIES: Final = 4
NOTED: Final = {
    "segment.entered": (Label("brand", "tags", ""), gettext_lazy("joined the segment")),
    "segment.left": (Label("", "tags", ""), gettext_lazy("left the segment")),
    "consent.granted": (Label("ok", "check", ""), gettext_lazy("gave consent:")),
    "consent.withdrawn": (Label("bad", "ban", ""), gettext_lazy("took consent back:")),
}
RULE: Final = "zap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as it stands in the timeline. `title` is a link if `url` is set; `lines` or `checks` answer "why"."""

    entry: Entry
    label: Label
    lead: str
    title: str
    url: str = ""
    note: str = ""
    badge: Label | None = None
    answer: str = ""
    lines: tuple[Line, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    code: bool = False

    @property
    def explained(self) -> bool:
        return bool(self.lines or self.checks or self.answer)


def shown(entry: Entry) -> Shown:
    """Say an entry in words."""
    return BY_KIND[entry.kind](entry)


def _event(entry: Entry) -> Shown:
    event = entry.row
    if event.kind == EventKind.INTERNAL and event.name in NOTED:
        return _noted(entry)
    label = label_of_kind(event.kind)
    title = event.name if has_own_name(event.kind) else ""
    note = _properties(event.properties)
    return Shown(entry=entry, label=label, lead=str(label), title=title, note=note, code=True)


def _noted(entry: Entry) -> Shown:
    """What the product itself noted: a segment was joined or left, consent was given or taken back."""
    event, (label, lead) = entry.row, NOTED[entry.row.name]
    if key := event.properties.get("segment"):
        return Shown(entry=entry, label=label, lead=str(lead), title=key, url=reverse("segment-page", args=[key]))
    told = event.properties
    what = f"{channel_text(told.get('channel', ''))} · {purpose_text(told.get('purpose', ''))}"
    return Shown(entry=entry, label=label, lead=str(lead), title=what, note=str(told.get("source", "")))


def _properties(properties: Mapping[str, Any]) -> str:
    """The first few properties in one line; a detail page is not needed to see what was bought."""
    parts = [
        f"{name} {plain(masked_value(name, value))}"
        for name, value in properties.items()
        if isinstance(value, str | int | float | bool)
    ]
    more = len(parts) - MOST_PROPERTIES
    return " · ".join(parts[:MOST_PROPERTIES]) + (f" · +{more}" if more > 0 else "")


def _firing(entry: Entry) -> Shown:
    firing = entry.row
    return Shown(
        entry=entry,
        label=Label("info", RULE, ""),
        lead=_("matched the rule"),
        title=firing.rule.name,
        url=reverse("rule", args=[firing.rule.key]),
        note=_("version %(number)s") % {"number": firing.version.number},
        badge=Label("info", "activity", _("shadow")) if firing.mode == "shadow" else None,
        answer=_("Every condition held."),
        lines=(verdict_line(firing.verdict),) if firing.verdict else (),
    )


def _refusal(entry: Entry) -> Shown:
    refusal = entry.row
    verdict = refusal.detail.get("verdict")
    return Shown(
        entry=entry,
        label=Label("", "circle-slash", ""),
        lead=_("did not enter"),
        title=refusal.flow.name,
        url=reverse("flow", args=[refusal.flow.key]),
        note=refusal_text(refusal.reason),
        lines=(verdict_line(verdict),) if verdict else (),
    )


def _run(entry: Entry) -> Shown:
    run = entry.row
    return Shown(
        entry=entry,
        label=Label("brand", "route", ""),
        lead=_("entered"),
        title=run.flow.name,
        url=reverse("run", args=[run.pk]),
        note=_("version %(number)s") % {"number": run.version.number},
        badge=label_of_run(run),
    )


def _end(entry: Entry) -> Shown:
    run = entry.row
    label = label_of_run(run)
    verdict = run.exit_detail.get("verdict")
    return Shown(
        entry=entry,
        label=Label(label.level, "flag", ""),
        lead=_("left"),
        title=run.flow.name,
        url=reverse("run", args=[run.pk]),
        badge=label,
        note=str(run.exit_detail.get("event", {}).get("name", "")),
        lines=(verdict_line(verdict),) if verdict else (),
    )


def _message(entry: Entry) -> Shown:
    message = entry.row
    why = answer(message)
    return Shown(
        entry=entry,
        label=Label(why.level, "mail", ""),
        lead=_("message by"),
        title=channel_text(message.channel),
        url=reverse("message", args=[message.pk]),
        badge=why.label,
        answer=why.text,
        checks=why.checks,
    )


BY_KIND: Final[dict[str, Callable[[Entry], Shown]]] = {
    "event": _event,
    "firing": _firing,
    "refusal": _refusal,
    "run": _run,
    "end": _end,
    "message": _message,
}
