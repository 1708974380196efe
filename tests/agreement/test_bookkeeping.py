"""Membership kept step by step equals membership judged from scratch, whatever happened, in whatever order."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import segments
from audiences.intake.models import EventKind
from audiences.segments import computing
from audiences.segments.models import Membership
from compliance.consent.consents import grant, withdraw
from compliance.jobs import run_all
from config.kit import clock
from config.kit.ids import derived
from tests.agreement.strategies import NOW, WINDOWS
from tests.audiences.events import drain, put, row
from tests.factories import actor, workspace

pytestmark = pytest.mark.django_db
USERS = ["u1", "u2", "u3"]
DEFINITIONS: list[dict[str, Any]] = [
    {"key": "loyal", "where": {"did": "buy", "times": {"at_least": 2}, "within": "7d"}},
    {"key": "loyal", "where": {"did": "buy", "times": {"exactly": 1}, "within": "1d12h"}},
    {"key": "never", "where": {"did": "buy", "times": {"exactly": 0}}},
    {
        "key": "big",
        "where": {"did": "buy", "where": [{"property": "amount", "is": "gt", "value": 10}], "within": "30d"},
    },
    {"key": "gold", "where": {"trait": "tier", "is": "in", "value": ["gold", "金"]}},
    {"key": "fresh", "where": {"trait": "seen", "is": "newer_than", "value": "1h"}},
    {"key": "due", "where": {"did": "buy", "where": [{"property": "due", "is": "older_than", "value": "1h"}]}},
    {"key": "quiet", "where": {"all": [{"not": {"segment": "loyal"}}, {"did": "view", "within": "7d"}]}},
    {"key": "both", "where": {"any": [{"segment": "quiet"}, {"segment": "gold"}]}},
    {"key": "spent", "where": {"sum": "buy", "of": "amount", "within": "7d", "is": "gte", "value": 25}},
    {"key": "prices", "where": {"distinct": "buy", "of": "amount", "is": "gte", "value": 2}},
    {"key": "usual", "where": {"avg": "buy", "of": "amount", "within": "30d", "is": "lt", "value": 20}},
    {
        "key": "path",
        "where": {"sequence": [{"event": "view"}, {"event": "buy", "within": "1d12h"}], "within": "7d"},
    },
    {"key": "newest", "where": {"last": "buy", "has": [{"property": "amount", "is": "gt", "value": 10}]}},
    {"key": "held", "where": {"held": {"trait": "tier", "is": "eq", "value": "gold"}, "for": {"at_least": "1d12h"}}},
    {"key": "unheld", "where": {"held": {"trait": "tier", "is": "ne", "value": "金"}, "for": {"less_than": "7d"}}},
    {"key": "may", "where": {"consent": {"channel": "email", "purpose": "news"}}},
    {"key": "first", "where": {"first": "buy", "within": "7d"}},
    {"key": "stopped", "where": {"stopped": "buy", "within": "30d", "quiet": "7d"}},
    {"key": "returned", "where": {"returned": "buy", "within": "1d12h", "after_quiet": "7d"}},
    {"key": "regular", "where": {"regularly": "buy", "every": "1d12h", "periods": 4, "in_at_least": 2}},
    {"key": "twice", "where": {"did": "segment.entered", "times": {"at_least": 2}, "within": "30d"}},
]
FIRST = DEFINITIONS[:1] + DEFINITIONS[2:]

happened = st.builds(
    lambda name, user, age, amount: ("event", name, user, age, {"amount": amount, "due": _ago(age)}),
    st.sampled_from(["buy", "buy", "view"]),
    st.sampled_from(USERS),
    st.sampled_from([0, 0, *WINDOWS.values()]) | st.integers(-3_600, 3_000_000),
    st.sampled_from([5, 20, "20", None]),
)
told = st.builds(
    lambda user, age, tier: ("traits", user, age, {"tier": tier, "seen": _ago(age)}),
    st.sampled_from(USERS),
    st.integers(0, 10_000) | st.sampled_from([*WINDOWS.values()]),
    st.sampled_from(["gold", "金", "tin", None]),
)
passed = st.builds(lambda seconds: ("time", seconds), st.sampled_from([1, *WINDOWS.values()]))
decided = st.builds(
    lambda user, verb: ("decide", user, verb), st.sampled_from(USERS), st.sampled_from([grant, withdraw])
)
defined = st.builds(lambda raw: ("define", raw), st.sampled_from(DEFINITIONS))
merged = st.builds(lambda user: ("merge", user), st.sampled_from(USERS))
steps = st.lists(st.one_of(happened, happened, told, passed, defined, merged, decided), min_size=3, max_size=12)


def _ago(age: int) -> str:
    return f"{NOW - timedelta(seconds=age):%Y-%m-%dT%H:%M:%SZ}"


class Story:
    """One run of the product with a clock of its own."""

    def __init__(self) -> None:
        self.brand = workspace().id
        self.now = NOW
        for raw in FIRST:
            self.define(raw)

    def event(self, name: str, user: str, age: int, properties: dict[str, Any]) -> None:
        put(row(self.brand, user=user, name=name, at=self.now - timedelta(seconds=age), properties=properties))
        if name == "view":
            put(row(self.brand, anonymous=f"a-{user}", name=name, at=self.now))

    def traits(self, user: str, age: int, traits: dict[str, Any]) -> None:
        at = self.now - timedelta(seconds=age)
        put(row(self.brand, user=user, kind=EventKind.IDENTIFY, name="identify", at=at, properties=traits))

    def decide(self, user: str, verb: Any) -> None:
        person = derived(self.brand, "user", user)
        verb(self.brand, person, channel="email", purpose="news", source="test", at=self.now)

    def merge(self, user: str) -> None:
        put(row(self.brand, user=user, anonymous=f"a-{user}", kind=EventKind.IDENTIFY, name="identify", at=self.now))

    def time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def define(self, raw: dict[str, Any]) -> None:
        segments.define(self.brand, raw, actor=actor(), now=self.now)

    def settle(self) -> None:
        """Let the workers run until nothing is left to do."""
        drain(now=self.now)
        with clock.at(self.now):
            run_all()
        segments.sweep(self.now)
        drain(now=self.now)
        drain(now=self.now)

    def members(self) -> set[tuple[str, Any]]:
        rows = Membership.objects.filter(workspace_id=self.brand, left_at__isnull=True)
        return set(rows.values_list("segment__key", "person_id"))


def tell(story: list[Any], *, in_jobs: bool = False) -> None:
    """Play the story; `in_jobs`: as if there were many people, so that jobs judge them by new definitions."""
    with transaction.atomic(), mock.patch.object(computing, "IMMEDIATE", -1 if in_jobs else 1_000):
        run = Story()
        for what, *rest in story:
            getattr(run, what)(*rest)
            run.settle()
            kept = run.members()
            with transaction.atomic():  # undone, so that the rechecks that were kept step by step are tried too
                changes = segments.recompute_all(run.brand, now=run.now)
                assert (changes, run.members()) == ([], kept)
                transaction.set_rollback(True)
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_step_by_step_equals_from_scratch(story):
    tell(story)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_step_by_step_equals_from_scratch_where_jobs_judge_by_new_definitions(story):
    tell(story, in_jobs=True)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.booleans())
def test_step_by_step_equals_from_scratch_thoroughly(story, in_jobs):
    tell(story, in_jobs=in_jobs)
