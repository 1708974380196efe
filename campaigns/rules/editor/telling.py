"""A rule as a sentence, in either language of the console."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext as _

from audiences.conditions import Condition, Place, parse, summary
from campaigns.rules import references
from config.kit.errors import InputRefused

LANGUAGES: Final = ("en", "zh-hans")


def sentences(definition: Mapping[str, Any], workspace_id: int) -> dict[str, str]:
    """Return what a definition says, by language; parts that cannot be read yet are left out."""
    flows = references.offered("flow", workspace_id)
    told = {}
    for language in LANGUAGES:
        with override(language):
            told[language] = _sentence(definition, language, flows)
    return told


def _sentence(definition: Mapping[str, Any], language: str, flows: Mapping[str, str]) -> str:
    on = definition.get("on") or []
    names = [on] if isinstance(on, str) else list(on) if isinstance(on, list) else []
    if not names:
        return _("Choose the events that it listens to.")
    between = _(" or ")
    parts = [_("When %(events)s arrives") % {"events": between.join(f"“{name}”" for name in names)}]
    if (condition := _condition(definition.get("if"), "/if")) is not None:
        parts.append(_("if %(condition)s") % {"condition": summary(condition, language)})
    if (condition := _condition(definition.get("unless"), "/unless")) is not None:
        parts.append(_("unless %(condition)s") % {"condition": summary(condition, language)})
    then = definition.get("then")
    deeds = [_deed(action, flows) for action in then] if isinstance(then, list) else []
    done = _(", then ").join(text for text in deeds if text) or _("nothing is done yet")
    return _("%(when)s: %(then)s.") % {"when": _(", ").join(parts), "then": done}


def _condition(raw: Any, path: str) -> Condition | None:
    try:
        return parse(raw, place=Place.EVENT, path=path) if raw else None
    except InputRefused:
        return None


def _deed(action: Any, flows: Mapping[str, str]) -> str:
    """Return what one action does; empty where it is none."""
    if not isinstance(action, Mapping) or len(action) != 1:
        return ""
    ((kind, value),) = action.items()
    said = value if isinstance(value, Mapping) else {}
    given = {
        "start_flow": {"name": flows.get(str(value), value)},
        "emit": {"name": said.get("event", "")},
        "set_trait": {"trait": said.get("trait", ""), "value": _value(said.get("value"))},
        "add_label": {"name": value},
        "webhook": {"name": said.get("endpoint", "")},
    }
    return gettext(DEEDS[kind]) % given[kind] if kind in given else str(kind)


DEEDS: Final = {
    "start_flow": gettext_noop("start “%(name)s”"),
    "emit": gettext_noop("tell the event “%(name)s”"),
    "set_trait": gettext_noop("set %(trait)s to %(value)s"),
    "add_label": gettext_noop("add the label “%(name)s”"),
    "webhook": gettext_noop("call “%(name)s”"),
}


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        ((where, name),) = value.items()
        pattern = _("the event’s %(name)s") if where == "property" else _("the trait %(name)s")
        return pattern % {"name": name}
    return _("nothing") if value is None else f"“{value}”"
