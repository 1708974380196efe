"""A history of events under rules with every action and control, and what it led to: tests compare ways to it."""

import random
from datetime import timedelta

from audiences.intake.models import Event, Slice
from audiences.people.models import Person
from campaigns.actions import Action
from campaigns.rules.models import Firing
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON

WORKSPACE = 77_001
PEOPLE = 6
EVENTS = 48
END = NOON + timedelta(minutes=50)
N = {"n": {"property": "n"}}


def workspace(*, remembering):
    """Make a workspace in which people have the same ids each time, with rules; some of them may be `remembering`."""
    big = {"if": {"property": "amount", "is": "gte", "value": 50}}
    workspace = factories.workspace(pk=WORKSPACE)
    given.flow(workspace)
    given.listening(workspace, "big", {"emit": {"event": "big", "properties": N}}, {"start_flow": "thanks"}, **big)
    given.listening(workspace, "chain", {"set_trait": {"trait": "last", "value": {"property": "n"}}}, on="big")
    given.listening(workspace, "label", {"add_label": "big"}, on="big", rollout=50)
    given.listening(workspace, "early", {"add_label": "early"}, expires=(NOON + timedelta(minutes=25)).isoformat())
    given.listening(workspace, "first", {"add_label": "first"}, priority=1, exclusive="g", **big)
    given.listening(workspace, "second", {"add_label": "second"}, priority=2, exclusive="g")
    given.listening(workspace, "watched", {"add_label": "never"}, mode="shadow", **big)
    if remembering:
        given.listening(workspace, "calm", {"add_label": "calm"}, cooldown="7m")
        given.listening(workspace, "few", {"emit": {"event": "few", "properties": N}}, max_firings={"per_subject": 3})
        often = {"per_subject": 2, "per": "10m"}
        given.listening(workspace, "rolling", {"add_label": "rolling"}, max_firings=often)
        counted = {"did": "buy", "times": {"at_least": 3}, "within": "15m"}
        given.listening(workspace, "counted", {"add_label": "counted"}, **{"if": counted})
    return workspace


def told():
    """Return the events of the history in the order of time: (user, minute and number, amount)."""
    draw = random.Random(11)
    return [(f"u{draw.randrange(PEOPLE)}", n, draw.randrange(100)) for n in range(EVENTS)]


def tell(workspace, events):
    """Let events come in, one request each, in their order."""
    for user, n, amount in events:
        at = NOON + timedelta(seconds=60 * n)
        put(row(workspace.pk, user=user, at=at, key=f"m-{n}", properties={"amount": amount, "n": n}), at=END)


def mixed(events, seed):
    """Return the events with people's streams in another order among themselves, each in its own order."""
    draw = random.Random(seed)
    streams = {}
    for event in events:
        streams.setdefault(event[0], []).append(event)
    order = [event[0] for event in events]
    draw.shuffle(order)
    return [streams[user].pop(0) for user in order]


def shuffled(events, seed):
    """Return the events in any order: all of it is within the lateness that rules bear."""
    found = list(events)
    random.Random(seed).shuffle(found)
    return found


def requeue_all():
    """Let every stored event wait to be processed once more."""
    Slice.objects.bulk_create(
        (
            Slice(partition=person.int % 16, first_id=ident, last_id=ident, workspace_id=workspace)
            for ident, person, workspace in Event.objects.values_list("id", "person_id", "workspace_id")
        ),
        ignore_conflicts=True,
    )


def outcome(workspace):
    """Return what the history led to: firings, actions, traits; told by the events' numbers, not by chance ids."""
    number = {event.id: (event.name, event.properties.get("n")) for event in Event.objects.all()}
    user = {derived(workspace.pk, "user", f"u{n}"): f"u{n}" for n in range(PEOPLE)}
    key = dict(Firing.objects.values_list("rule_id", "rule__key"))
    firings = sorted(
        (key[rule], user[person], number[event], mode)
        for rule, person, event, mode in Firing.objects.values_list("rule_id", "person_id", "event_id", "mode")
    )
    actions = sorted(
        (key[action.rule_id], action.kind, user[action.person_id], number[action.event_id], action.state, action.reason)
        for action in Action.objects.all()
    )
    traits = {
        user[person.pk]: {
            name: sorted(value) if isinstance(value, list) else value for name, value in person.traits.items()
        }
        for person in Person.objects.all()
    }
    happened = sorted(str(each) for each in Event.objects.values_list("name", "person_id", "event_time"))
    return {"firings": firings, "actions": actions, "traits": traits, "events": happened}
