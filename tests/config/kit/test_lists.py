"""Declared lists: keyset pages in every order, addresses that make no sense, counts, and selections."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from audiences.people.lists import PEOPLE
from audiences.people.models import Person
from compliance.desk.bulk import MAX_NAMED, selection_of
from config.kit.lists import Scope
from config.kit.lists.asking import ask
from config.kit.lists.counting import count
from config.kit.lists.keyset import Order, cut
from config.kit.lists.showing import Listed
from config.kit.strict_json import Malformed
from tests.factories import NOON, workspace

pytestmark = pytest.mark.django_db
ORDERS = [
    Order(path="last_seen", descending=True),
    Order(path="last_seen", descending=False),
    Order(path="user_id", descending=True, nullable=True),
    Order(path="user_id", descending=False, nullable=True),
    Order(path="pk", descending=True),
]


def put(brand, n, **given):
    """Store people, several of whom were seen at the same instant and some of whom have no user id."""
    number = int.from_bytes(str(given).encode()[:4], "big") if given else 0
    people = [
        Person(
            id=f"{number + index:08x}-0000-4000-8000-{index:012x}",
            workspace_id=brand.pk,
            user_id=None if index % 4 == 0 else f"user-{index % 7}",
            first_seen=NOON,
            last_seen=NOON + timedelta(seconds=index % 5),
            **given,
        )
        for index in range(n)
    ]
    return Person.objects.bulk_create(people)


def asked(query="", brand_id=1):
    return ask(PEOPLE, QueryDict(query), Scope(workspace_id=brand_id))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.mark)
def test_pages_on_and_back_hold_every_row_once_in_one_order(order):
    brand = workspace()
    put(brand, 23)
    rows = Person.objects.filter(workspace_id=brand.pk)
    whole = [row.pk for row in order.applied(rows, back=False)]
    on, cursor, last = [], "", None
    while True:
        last = cut(rows, order, cursor=cursor, back=False, limit=4)
        on.append([row.pk for row in last.rows])
        cursor = last.next
        if not cursor:
            break
    assert [pk for page in on for pk in page] == whole
    back, page = [on[-1]], last
    while page.previous:
        page = cut(rows, order, cursor=page.previous, back=True, limit=4)
        back.insert(0, [row.pk for row in page.rows])
    assert back == on
    assert page.next


@pytest.mark.parametrize("order", ORDERS[:4], ids=lambda order: order.mark)
def test_rows_that_arrive_between_two_pages_neither_repeat_nor_hide_others(order):
    brand = workspace()
    before = {person.pk for person in put(brand, 20)}
    rows = Person.objects.filter(workspace_id=brand.pk)
    first = cut(rows, order, cursor="", back=False, limit=6)
    put(brand, 9, traits={"new": True})
    seen, cursor = [row.pk for row in first.rows], first.next
    while cursor:
        page = cut(rows, order, cursor=cursor, back=False, limit=6)
        seen += [row.pk for row in page.rows]
        cursor = page.next
    assert len(seen) == len(set(seen))
    assert before <= {str(pk) for pk in seen} | set(seen)


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "nonsense"},
        {"cursor": "W10"},
        {"before": "eyJhIjoxfQ"},
        {"cursor": "WyItbGFzdF9zZWVuIiwiMjAyNi0wMS0wMSIsImEiXQ"},
        {"cursor": "\x00"},
        {"cursor": "é"},
        {"limit": "9999"},
        {"limit": "-1"},
        {"limit": "٣"},
    ],
)
def test_a_place_that_cannot_be_read_is_refused(query):
    brand = workspace()
    with pytest.raises(Malformed):
        Listed(PEOPLE, asked(urlencode(query)), Scope(workspace_id=brand.pk), may_change=True, url="/").slice  # noqa: B018


def test_a_cursor_of_another_order_is_refused():
    brand = workspace()
    put(brand, 5)
    rows = Person.objects.filter(workspace_id=brand.pk)
    page = cut(rows, ORDERS[0], cursor="", back=False, limit=2)
    with pytest.raises(Malformed):
        cut(rows, ORDERS[1], cursor=page.next, back=False, limit=2)


@pytest.mark.parametrize(
    "query",
    [
        "segment=no-such-segment",
        "seen_from=yesterday",
        "seen_to=9999-99-99",
        "since_from=0001-01-01",
        "known=perhaps",
        "sort=passwords",
        "sort=-email",
        "sort=last_seen;drop",
    ],
)
def test_a_filter_or_order_that_makes_no_sense_is_left_out_and_said(query):
    found = asked(query)
    assert len(found.notices) == 1
    assert found.values == {}
    assert found.order == ORDERS[0]


@pytest.mark.parametrize(
    "query", ["q=%00%27%3B--", "q=" + "x" * 9000, "columns=%00,,no", "view=%3Cscript%3E", "a=b&a=c"]
)
def test_whatever_else_stands_in_the_address_does_no_harm(query):
    listed = Listed(PEOPLE, asked(query), Scope(workspace_id=workspace().pk), may_change=True, url="/people/")
    assert listed.lines == []
    assert listed.asked.columns


def test_an_address_has_one_form_and_leads_to_itself():
    first = asked("sort=-last_seen&q=+ann+&known=yes&seen_from=2026-01-01&seen_to=&columns=person,last_seen&utm=x")
    assert first.query == "q=ann&seen_from=2026-01-01&known=yes&columns=person%2Clast_seen"
    assert asked(first.query).query == first.query


def test_a_chip_takes_out_its_own_filter_and_the_place():
    scope = Scope(workspace_id=1)
    listed = Listed(PEOPLE, asked("known=yes&mail=no&sort=first_seen"), scope, may_change=True, url="/people/")
    assert [(str(chip.label), chip.text, chip.off) for chip in listed.chips] == [
        ("User id", "known", "/people/?mail=no&sort=first_seen"),
        ("E-mail", "has none", "/people/?known=yes&sort=first_seen"),
    ]


def test_small_counts_are_exact_and_large_ones_about():
    brand = workspace()
    put(brand, 30)
    rows = Person.objects.filter(workspace_id=brand.pk)
    assert (count(rows).n, count(rows).exact) == (30, True)
    about = count(rows, up_to=10)
    assert not about.exact
    assert about.n >= 10


def test_one_page_costs_a_handful_of_statements():
    brand = workspace()
    put(brand, 120)
    listed = Listed(PEOPLE, asked(""), Scope(workspace_id=brand.pk), may_change=True, url="/people/")
    with CaptureQueriesContext(connection) as made:
        assert len(listed.lines) == 50
        assert listed.count.n == 120
    assert len(made) <= 3


def test_a_selection_by_query_means_ten_thousand_rows_without_naming_them():
    brand = workspace()
    put(brand, 10_000)
    form = QueryDict(mutable=True)
    form.update({"all": "1", "query": "known=yes"})
    selection = selection_of(PEOPLE, form, workspace_id=brand.pk)
    batches = list(selection.batches())
    assert sum(map(len, batches)) == 7_500
    assert max(map(len, batches)) <= 500


def test_named_rows_are_bounded_and_those_of_others_are_not_among_them():
    brand, other = workspace(), workspace()
    theirs = put(other, 1)[0]
    form = QueryDict(f"row={theirs.pk}")
    assert list(selection_of(PEOPLE, form, workspace_id=brand.pk).batches()) == []
    with pytest.raises(Malformed):
        selection_of(PEOPLE, QueryDict("rows=" + "a," * (MAX_NAMED + 1)), workspace_id=brand.pk)
    with pytest.raises(Malformed):
        selection_of(PEOPLE, QueryDict("row=nobody"), workspace_id=brand.pk)
