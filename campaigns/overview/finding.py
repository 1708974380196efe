"""What the command palette finds: places, people, journeys, rules, segments, messages, and what one may do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from audiences.people.finding import find_people
from audiences.people.lookups import find_person, name_of
from audiences.people.models import Person
from audiences.segments.lookups import segment_names
from campaigns.delivery.labels import label_of_state
from campaigns.delivery.lookups import find_message
from campaigns.flows.labels import label_of_flow
from campaigns.flows.lookups import find_run, flow_names
from campaigns.overview.commands import Command, commands
from campaigns.rules.lookups import rule_names
from compliance.access.console import ConsoleRequest
from config.kit.channels import channel_text
from config.kit.masking import masked
from config.kit.pinyin import matches
from config.navigation import places
from content.library.templates import templates

MOST: Final = 6
RECENT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of the palette: it leads to `url`; with `fields` it posts them there."""

    text: str
    icon: str
    url: str
    note: str = ""
    key: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hits of one kind under their heading."""

    text: str
    hits: Sequence[Hit]


def find(request: ConsoleRequest, text: str) -> list[Group]:
    """Return what `text` means, in groups; without text, the places and what one may do."""
    wanted = " ".join(text.replace("\x00", "").split())[:100]
    found = [
        Group(text=_("Go to"), hits=_places(wanted)),
        *(_things(request.workspace.pk, wanted) if wanted else ()),
        Group(text=_("Do"), hits=[_command(each) for each in commands(request, wanted)][: MOST + 2]),
    ]
    return [group for group in found if group.hits]


def recent(request: ConsoleRequest, paths: Iterable[str]) -> list[Group]:
    """Name the addresses where the user was lately; those that lead nowhere any more are left out."""
    hits = [hit for path in list(paths)[:RECENT] if (hit := _named(request.workspace.pk, path)) is not None]
    return [Group(text=_("Lately"), hits=hits)] if hits else []


def _places(wanted: str) -> list[Hit]:
    found = [
        Hit(text=str(place.text), icon=place.icon, url=reverse(place.name), key=f"g {place.key}")
        for place in places()
        if matches(str(place.text), wanted)
    ]
    return found[:MOST] if wanted else found


def _things(workspace_id: int, wanted: str) -> Iterator[Group]:
    yield Group(text=_("Journeys"), hits=_journeys(workspace_id, wanted))
    yield Group(text=_("People"), hits=[_person(row) for row in find_people(workspace_id, wanted, limit=MOST)])
    yield Group(text=_("Rules"), hits=_named_by_key(rule_names(workspace_id).items(), wanted, "rule", "zap"))
    keyed = [(row.key, row.name) for row in segment_names(workspace_id)]
    yield Group(text=_("Segments"), hits=_named_by_key(keyed, wanted, "segment-page", "tags"))
    keyed = [(row.key, row.name) for row in templates(workspace_id)]
    yield Group(text=_("Templates"), hits=_named_by_key(keyed, wanted, "template-page", "mail"))
    yield Group(text=_("Messages and runs"), hits=list(_by_id(workspace_id, wanted)))


def _journeys(workspace_id: int, wanted: str) -> list[Hit]:
    found = (flow for flow in flow_names(workspace_id).values() if _means(wanted, flow.name, flow.key))
    return [
        Hit(text=flow.name, icon="workflow", url=reverse("flow", args=[flow.key]), note=str(label_of_flow(flow.state)))
        for flow, _rank in zip(found, range(MOST), strict=False)
    ]


def _named_by_key(rows: Iterable[tuple[str, str]], wanted: str, address: str, icon: str) -> list[Hit]:
    """Things that have a key, a name and a page; without a page of theirs there is nowhere to go."""
    try:
        reverse(address, args=["key"])
    except NoReverseMatch:
        return []
    found = ((key, name) for key, name in rows if _means(wanted, name, key))
    return [
        Hit(text=name, icon=icon, url=reverse(address, args=[key]), note=key)
        for (key, name), _rank in zip(found, range(MOST), strict=False)
    ]


def _person(person: Person) -> Hit:
    known = [person.traits.get(name) for name in ("email", "phone")]
    note = " · ".join(masked(value) for value in known if value)
    return Hit(text=name_of(person), icon="user-round", url=reverse("person", args=[person.pk]), note=note)


def _by_id(workspace_id: int, wanted: str) -> Iterator[Hit]:
    try:
        wanted_id = UUID(wanted) if len(wanted) >= 32 else None
    except ValueError:
        return
    if wanted_id is None:
        return
    if message := find_message(workspace_id, wanted_id):
        said = f"{channel_text(message.channel)} · {label_of_state(message.state)}"
        yield Hit(text=str(wanted_id), icon="send", url=reverse("message", args=[wanted_id]), note=said)
    if run := find_run(workspace_id, wanted_id):
        yield Hit(text=str(wanted_id), icon="route", url=reverse("run", args=[wanted_id]), note=run.flow.name)


def _command(command: Command) -> Hit:
    return Hit(text=command.text, icon=command.icon, url=command.url, fields=command.fields)


def _means(wanted: str, *texts: str) -> bool:
    return any(matches(text, wanted) for text in texts)


def _named(workspace_id: int, path: str) -> Hit | None:
    """What stands at an address of the console, by its name of today."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    key = str(found.kwargs.get("key", ""))
    match found.url_name:
        case "flow":
            name = next((flow.name for flow in flow_names(workspace_id).values() if flow.key == key), "")
            return Hit(text=name, icon="workflow", url=path, note=_("Journey")) if name else None
        case "rule":
            name = rule_names(workspace_id).get(key, "")
            return Hit(text=name, icon="zap", url=path, note=_("Rule")) if name else None
        case "segment-page":
            name = next((row.name for row in segment_names(workspace_id) if row.key == key), "")
            return Hit(text=name, icon="tags", url=path, note=_("Segment")) if name else None
        case "person":
            person = find_person(workspace_id, found.kwargs["person_id"])
            return _person(person) if person else None
    place = next((each for each in places() if each.name == found.url_name), None)
    return Hit(text=str(place.text), icon=place.icon, url=path) if place else None


def is_palette(request: HttpRequest) -> bool:
    """Whether the palette asks, not a browser that wants the page."""
    return request.headers.get("HX-Target") == "palette-list"
