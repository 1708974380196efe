"""Computed traits: declared as data, right whatever order events come in, with the passing of time, for everybody."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from audiences import segments
from audiences.computed import filling, keep
from audiences.computed.definitions import archive, define, fill
from audiences.computed.documents import read_document
from audiences.computed.models import ComputedDue, ComputedTrait
from audiences.facts.touch import Touch
from audiences.intake.models import EventKind
from audiences.people.models import Person
from compliance import audit
from compliance.jobs import run_all
from config.kit.errors import InputRefused
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
W = 9101
DAY = timedelta(days=1)
NOW = NOON + timedelta(minutes=1)


@pytest.fixture
def workspace():
    return factories.workspace(pk=W)


def declare(key, now=NOW, **compute):
    define(W, {"key": key, "compute": compute}, actor=factories.actor(), now=now)
    run_all(tick=lambda: now)


def buy(user, amount=None, at=NOON, **more):
    return row(W, user=user, at=at, properties={} if amount is None else {"amount": amount, **more})


def computed(user):
    return Person.objects.get(workspace_id=W, user_id=user).traits.get("computed", {})


FORMULAS = {
    "n": {"count": "buy"},
    "n_7d": {"count": "buy", "within": "7d"},
    "total": {"sum": "buy", "of": "amount"},
    "mean": {"avg": "buy", "of": "amount"},
    "least": {"min": "buy", "of": "amount"},
    "most": {"max": "buy", "of": "amount"},
    "kinds": {"distinct": "buy", "of": "amount"},
    "first": {"first": "buy"},
    "latest": {"last": "buy", "of": "amount", "where": [{"property": "amount", "is": "gt", "value": 5}]},
}


def test_each_figure_says_what_it_should(workspace):
    for key, compute in FORMULAS.items():
        declare(key, **compute)
    come(
        buy("u", 0.1), buy("u", 0.2, at=NOON - DAY), buy("u", 20, at=NOON - 8 * DAY), buy("u", "20", at=NOON - 9 * DAY)
    )
    assert computed("u") == {
        "n": 4, "n_7d": 2, "total": 20.3, "mean": pytest.approx(20.3 / 3), "least": 0.1, "most": 20, "kinds": 4,
        "first": (NOON - 9 * DAY).isoformat(), "latest": 20,
    }  # fmt: skip


def test_order_of_arrival_repetition_and_definition_before_or_after_change_nothing(workspace):
    chance = random.Random(5)
    events = [buy("u", chance.choice([1, 2.5, 7, "x"]), at=NOON - timedelta(hours=n)) for n in range(30)]
    for key in ("n", "n_7d", "total"):
        declare(key, **FORMULAS[key])
    chance.shuffle(events)
    for start in range(0, 30, 7):
        come(*events[start : start + 7])
    come(*events[:9])
    for key in FORMULAS.keys() - {"n", "n_7d", "total"}:
        declare(key, **FORMULAS[key])
    incremental = computed("u")
    assert incremental.keys() == FORMULAS.keys()
    Person.objects.update(traits={})
    fill(W, "n", actor=factories.actor(), now=NOW)
    run_all(tick=lambda: NOW)
    assert computed("u") == incremental


def test_windows_pass_without_an_event(workspace):
    declare("n_7d", **FORMULAS["n_7d"])
    come(buy("u", 1), buy("u", 1, at=NOON - DAY))
    for now, left in ((NOON + 6 * DAY - DAY / 1000, 2), (NOON + 6 * DAY, 1), (NOON + 7 * DAY, 0)):
        filling.sweep(now)
        assert computed("u") == {"n_7d": left}
    assert not ComputedDue.objects.exists()


def test_segments_read_computed_traits_in_the_same_pass(workspace):
    declare("total", **FORMULAS["total"])
    where = {"trait": "computed.total", "is": "gte", "value": 10}
    segments.define(W, {"key": "big", "where": where}, actor=factories.actor(), now=NOW)
    come(buy("u", 12))
    person = Person.objects.get(user_id="u").pk
    assert set(segments.segments_of([person])[person]) == {"big"}


def test_a_person_who_never_did_it_has_a_count_of_none(workspace):
    declare("n", **FORMULAS["n"])
    come(row(W, user="u", name="view"))
    assert computed("u") == {"n": 0}


def test_a_merge_works_out_anew(workspace):
    declare("n", **FORMULAS["n"])
    come(row(W, anonymous="a"), row(W, user="u"))
    come(row(W, user="u", anonymous="a", kind=EventKind.IDENTIFY, name="identify"))
    assert computed("u") == {"n": 2}


def test_a_score_parts_people_into_fifths(workspace):
    for n in range(10):
        come(*(buy(f"u{n}", 10, at=NOON - n * DAY - timedelta(minutes=k)) for k in range(n + 1)))
    declare("rfm", rfm="buy", of="amount", within="365d")
    best, middle, worst = (computed(f"u{n}")["rfm"] for n in (0, 5, 9))
    assert (best["r"], best["f"], best["m"], best["frequency"], best["monetary"]) == (5, 1, 1, 1, 10)
    assert (worst["score"], worst["monetary"]) == ("155", 100)
    assert 1 < middle["f"] < 5
    later = NOON + 30 * DAY
    filling.sweep(later)
    assert computed("u0")["rfm"]["r"] == 1  # by the bands of the day they were drawn


def test_an_archived_trait_goes_from_everybody(workspace):
    declare("n", **FORMULAS["n"])
    come(buy("u"))
    archive(W, "n", actor=factories.actor(), now=NOW)
    run_all(tick=lambda: NOW)
    assert computed("u") == {}
    actions = set(audit.entries(W, object_kind="computed_trait").values_list("action", flat=True))
    assert actions == {"computed_trait.defined", "computed_trait.archived"}


@pytest.mark.parametrize(
    ("compute", "path", "hint"),
    [
        ({"summ": "buy", "of": "amount"}, "/compute", "did you mean sum?"),
        ({"sum": "buy"}, "/compute", "name a property"),
        ({"count": "buy", "of": "amount"}, "/compute/of", "leave it out"),
        ({"count": ""}, "/compute/count", "give a text"),
        ({"count": "buy", "within": "soon"}, "/compute/within", ""),
        ({"count": "buy", "where": [{"trait": "x", "is": "exists"}]}, "/compute/where/0", ""),
        ({"count": "buy", "sum": "buy"}, "/compute", ""),
        (None, "/compute", "such as"),
        ({"count": "buy", "every": "day"}, "/compute/every", ""),
    ],
)
def test_a_definition_that_cannot_run_is_refused_with_its_place(compute, path, hint):
    with pytest.raises(InputRefused) as refused:
        read_document({"key": "x", "compute": compute})
    (problem,) = refused.value.problems
    assert problem.path == path
    assert hint in problem.hint


def test_the_api_declares_shows_and_archives(workspace):
    headers = factories.bearer(factories.api_key(workspace, "people:write"))
    client, body = Client(), {"key": "n", "name": "Orders", "compute": {"count": "buy", "within": "P90D"}}

    def call(method, path, body=None):
        return getattr(client, method)(
            f"/v1/computed-traits{path}", body, content_type="application/json", headers=headers
        )

    assert call("post", "", body).json()["errors"][0]["path"] == "/compute/within"
    body["compute"]["within"] = "90d"
    assert call("post", "", body).json()["version"] == 1
    assert call("put", "/n", body).json()["version"] == 1
    assert call("put", "/n", {**body, "name": "Orders lately"}).json()["version"] == 2
    assert [one["key"] for one in client.get("/v1/computed-traits", headers=headers).json()["data"]] == ["n"]
    assert call("delete", "/n").status_code == 204
    assert client.get("/v1/computed-traits/n", headers=headers).status_code == 404
    assert ComputedTrait.objects.get().versions.count() == 2


def test_a_batch_of_a_workspace_without_computed_traits_costs_one_statement(workspace, django_assert_num_queries):
    with django_assert_num_queries(1):
        keep(W, {uuid4(): Touch(anew=True)}, now=NOW)
