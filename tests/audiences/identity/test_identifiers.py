"""Further identifiers: WeChat's prove who somebody is; addresses, numbers and devices only lead to somebody."""

import pytest

from audiences.intake.models import EventKind
from audiences.people.models import Identity, IdentityClaim, Person, PersonMerge
from audiences.people.naming import canonical
from config.kit.ids import derived
from tests.audiences.events import come, row

pytestmark = pytest.mark.django_db


def seen(user=None, anonymous=None, openid=None, device=None, **given):
    named = [{"type": "wechat_openid", "id": openid}] if openid else []
    context = {"externalIds": named, "device": {"id": device}}
    return row(1, user=user, anonymous=anonymous, name="view", context=context, **given)


def identify(user=None, anonymous=None, **traits):
    return row(1, user=user, anonymous=anonymous, kind=EventKind.IDENTIFY, name="identify", properties=traits)


def living():
    return set(Person.objects.filter(merged_into=None).values_list("user_id", flat=True))


def known(person_id):
    return set(Identity.objects.filter(person_id=person_id).values_list("kind", "value"))


def claims():
    return set(IdentityClaim.objects.values_list("kind", "value", "state"))


def test_a_person_has_many_identifiers():
    come(
        seen(user="u", device="d-1", openid="o-1"),
        identify("u", email="Ann@Example.COM", phone="138 1234 5678", unionid="un-1"),
    )
    assert known(derived(1, "user", "u")) == {
        ("user", "u"), ("device", "d-1"), ("wechat_openid", "o-1"), ("email", "ann@example.com"),
        ("phone", "+8613812345678"), ("wechat_unionid", "un-1"),
    }  # fmt: skip
    assert claims() == set()


@pytest.mark.parametrize("portions", [1, 3])
def test_a_visitor_known_by_an_openid_becomes_the_user_who_has_it(portions):
    events = [seen(anonymous="a", openid="o"), seen(anonymous="b", openid="o"), seen(user="u", openid="o")]
    for portion in [events] if portions == 1 else [[event] for event in events]:
        come(*portion)
    assert living() == {"u"}
    assert known(derived(1, "user", "u")) == {
        ("user", "u"), ("anonymous", "a"), ("anonymous", "b"), ("wechat_openid", "o"),
    }  # fmt: skip
    assert set(PersonMerge.objects.values_list("kind", "cause")) <= {("wechat_openid", "event"), ("anonymous", "event")}


def test_a_visitor_who_shows_a_users_openid_goes_into_the_user():
    come(seen(user="u", openid="o"))
    come(seen(anonymous="a", openid="o"))
    assert living() == {"u"}


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_two_visitors_of_one_openid_become_the_same_person_in_any_order(order):
    for visitor in order:
        come(seen(anonymous=visitor, openid="o"))
    (person,) = Person.objects.filter(merged_into=None)
    assert person.pk == min(derived(1, "anonymous", "a"), derived(1, "anonymous", "b"))


def test_an_openid_of_two_known_users_is_a_claim_and_no_merge():
    come(seen(user="u1", openid="o"))
    come(seen(user="u2", openid="o"), seen(user="u2", openid="o"))
    assert living() == {"u1", "u2"}
    assert claims() == {("wechat_openid", "o", "open")}
    come(seen(user="u2", openid="o"))
    assert IdentityClaim.objects.get().times == 2  # what one batch says twice is one saying


@pytest.mark.parametrize("who", [{"user": "u2"}, {"anonymous": "a"}])
def test_a_shared_address_never_merges_anybody(who):
    come(identify("u1", email="family@example.com"))
    come(identify(**who, email="Family@example.com"))
    assert len(living()) == 2
    assert claims() == {("email", "family@example.com", "open")}
    assert Person.objects.get(user_id="u1").traits["email"] == "family@example.com"


def test_a_shared_device_is_noted_and_asks_nobody():
    come(seen(user="u1", device="tablet"), seen(user="u2", device="tablet"))
    assert claims() == {("device", "tablet", "noted")}


def test_a_claim_ends_when_the_two_become_one():
    come(identify("u", email="a@example.com"))
    come(identify(None, "visitor", email="a@example.com"))
    assert claims() == {("email", "a@example.com", "open")}
    come(identify("u", "visitor"))
    assert claims() == {("email", "a@example.com", "merged")}


def test_what_is_said_of_a_visitor_and_claimed_in_one_batch_leaves_no_claim():
    come(identify("u", email="a@example.com"))
    come(identify(None, "visitor", email="a@example.com"), identify("u", "visitor"))
    assert not IdentityClaim.objects.filter(state="open").exists()


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("email", " Ann@Example.com ", "ann@example.com"),
        ("email", "no address", None),
        ("email", "two@at@example.com", None),
        ("phone", "+44 (0)20 7946 0958", "+442079460958"),
        ("phone", "020 7946 0958", None),
        ("phone", "13812345678", "+8613812345678"),
        ("phone", "0086 138-1234-5678", "+8613812345678"),
        ("phone", "12345", None),
        ("device", "", None),
        ("device", 7, None),
        ("wechat_openid", "o" * 9999, None),
    ],
)
def test_identifiers_are_compared_in_one_form(kind, text, form):
    assert canonical(kind, text) == form


def test_hostile_context_names_nobody():
    come(
        row(1, user="u", context={"device": "no object", "externalIds": [None, 7, {"type": ["x"]}, {"type": "email"}]}),
        row(1, user="u", context={"device": {"id": {"deep": 1}}, "externalIds": {"type": "email"}}),
    )
    assert known(derived(1, "user", "u")) == {("user", "u")}
