"""Whatever order events arrive in, in whatever portions, however often repeated: the same people, traits, counters."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.facts.models import EventCount
from audiences.intake.models import Event, EventKind
from audiences.people.models import Identity, Person
from tests.audiences.events import drain, put, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
USERS = ("u1", "u2", "u3")
VISITORS = {"a1": "u1", "a2": "u1", "a3": "u2", "a4": None}
"""Each visitor logs in as one user at most: a shared device is settled by order of arrival, and refused later."""


@st.composite
def happenings(draw):
    """Draw what is sent: each has its own instant, because at equal ones the order of arrival decides."""
    number = draw(st.integers(1, 25))
    instants = draw(st.lists(st.integers(0, 40 * 24 * 60), min_size=number, max_size=number, unique=True))
    return [draw(_happening(key=f"m{n}", minutes=minutes)) for n, minutes in enumerate(instants)]


@st.composite
def _happening(draw, *, key, minutes):
    given = {"key": key, "at": NOON - timedelta(minutes=minutes)}
    user, visitor = draw(st.sampled_from(USERS)), draw(st.sampled_from(sorted(VISITORS)))
    value = draw(st.sampled_from(["x", "y", None, 1, True, {"deep": [1]}]))
    does = {"name": draw(st.sampled_from(["buy", "view"]))}
    kinds = [
        {"user": user, **does},
        {"anonymous": visitor, **does},
        {"user": user, **said(EventKind.IDENTIFY, **{draw(st.sampled_from("abc")): value})},
        {"user": user, **said(EventKind.GROUP, groupId=str(value))},
    ]
    if owner := VISITORS[visitor]:
        kinds.append({"user": owner, "anonymous": visitor, **said(EventKind.IDENTIFY, a=value)})
        kinds.append({"user": owner, **said(EventKind.ALIAS, previousId=visitor)})
    return given | draw(st.sampled_from(kinds))


def said(kind, **properties):
    return {"kind": kind, "name": kind.name.lower(), "properties": properties}


def outcome(happenings, *, portions):
    """Send the happenings in portions and return what is known afterwards; leave nothing behind."""
    with transaction.atomic():
        for portion in portions:
            put(*(row(1, **happenings[n]) for n in dict.fromkeys(portion)))
            drain()
        known = _known()
        transaction.set_rollback(True)
    return known


def _known():
    people = {
        person.pk: (person.user_id, person.traits, person.first_seen, person.last_seen)
        for person in Person.objects.filter(merged_into=None)
    }
    identities = dict(Identity.objects.values_list("value", "person_id"))
    counters = {
        (count.person_id, count.name): (count.n, count.first_at, count.last_at) for count in EventCount.objects.all()
    }
    events = set(Event.objects.values_list("person_id", "name", "event_time"))
    return people, identities, counters, events


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings(), st.randoms(use_true_random=False))
def test_order_portions_and_repetitions_change_nothing(sent, chance: random.Random):
    in_order = sorted(range(len(sent)), key=lambda n: sent[n]["at"])
    shuffled = in_order + chance.choices(in_order, k=5)
    chance.shuffle(shuffled)
    cuts = sorted(chance.choices(range(len(shuffled)), k=3))
    portions = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    assert outcome(sent, portions=portions) == outcome(sent, portions=[in_order])


def test_counters_equal_a_count_from_scratch(django_db_blocker):
    chance = random.Random(7)
    for _ in range(6):
        put(
            *(
                row(1, user=f"u{chance.randrange(9)}", name=chance.choice("xyz"), at=NOON - timedelta(hours=n))
                for n in range(40)
            )
        )
        drain()
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id, name, workspace_id, count(*), min(event_time), max(event_time)"
            " from audiences_event group by 1, 2, 3"
        )
        scratch = set(cursor.fetchall())
    fields = ("person_id", "name", "workspace_id", "n", "first_at", "last_at")
    assert set(EventCount.objects.values_list(*fields)) == scratch
