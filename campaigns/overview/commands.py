"""What can be done from the command palette, by those whose role may do it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.flows.lookups import flow_names
from campaigns.flows.models import Flow
from compliance.access.console import ConsoleRequest
from config.kit.forms import KEY, fresh_key
from config.kit.pinyin import matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to do: open `url`, or post `fields` to it. `also` are other words that mean it."""

    text: str
    icon: str
    url: str
    also: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def commands(request: ConsoleRequest, wanted: str) -> list[Command]:
    """Return what the words mean and the role may do."""
    offered = [*_changes(request, wanted), *_own(request)]
    return [each for each in offered if matches(each.text, wanted) or matches(each.also, wanted)]


def _changes(request: ConsoleRequest, wanted: str) -> Iterator[Command]:
    if not request.may_change:
        return
    try:
        new = reverse("segment-new")
    except NoReverseMatch:
        new = ""
    if new:
        yield Command(text=_("New segment"), icon="tags", url=new, also="create segment")
    if wanted:
        yield from _switches(request)


def _switches(request: ConsoleRequest) -> Iterator[Command]:
    """A journey is paused and resumed by its name."""
    texts = {Flow.State.LIVE: _("Pause the journey “%(name)s”"), Flow.State.PAUSED: _("Resume the journey “%(name)s”")}
    for flow in flow_names(request.workspace.pk).values():
        if flow.state in texts:
            verb = "pause" if flow.state == Flow.State.LIVE else "resume"
            yield Command(
                text=texts[Flow.State(flow.state)] % {"name": flow.name},
                icon="circle-pause" if verb == "pause" else "circle-play",
                url=reverse("flow-switch", args=[flow.key]),
                also=f"{verb} {flow.key}",
                fields=(("verb", verb), (KEY, fresh_key())),
            )


def _own(request: ConsoleRequest) -> Iterator[Command]:
    """What everybody may change: their own preferences."""
    preferences = reverse("preferences")
    for theme, text, icon in (
        ("light", _("Light theme"), "sun"),
        ("dark", _("Dark theme"), "moon"),
        ("auto", _("Theme as the system"), "monitor"),
    ):
        if request.user.theme != theme:
            yield Command(text=text, icon=icon, url=preferences, also="theme", fields=(("theme", theme),))
    other = ("zh-hans", "简体中文") if get_language() == "en" else ("en", "English")
    text = _("Language: %(name)s") % {"name": other[1]}
    yield Command(text=text, icon="languages", url=preferences, also="language", fields=(("language", other[0]),))
    yield Command(text=_("Preferences"), icon="sliders-horizontal", url=preferences, also="settings")
    for each in request.other_workspaces:
        text = _("Work in %(name)s") % {"name": each.name}
        yield Command(text=text, icon="layers", url=reverse("workspace"), fields=(("workspace", str(each.pk)),))
    yield Command(text=_("Log out"), icon="log-out", url=reverse("logout"), fields=(("next", reverse("login")),))
