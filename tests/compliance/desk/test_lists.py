"""The forms of a list: columns, views, selected rows and exports, for those who may and with whatever is sent."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from audiences.people.models import Person
from audiences.segments import define
from compliance import desk, jobs
from compliance.access.models import Member
from compliance.audit.models import AuditEntry
from compliance.consent.models import Suppression
from compliance.desk.models import SavedView
from tests.factories import NOON, actor, user, workspace

pytestmark = pytest.mark.django_db
NASTY = ["<script>alert(1)</script>", "مرحبا " * 40, "🎉 " * 100, "会" * 300]


@pytest.fixture
def brand():
    return workspace()


@pytest.fixture
def ada(brand, client):
    made = user(brand)
    client.force_login(made)
    return made


def put(brand, n):
    people = [
        Person(
            id=f"{brand.pk:08x}-0000-4000-8000-{index:012x}",
            workspace_id=brand.pk,
            user_id=f"user-{index}",
            traits={"email": f"user-{index}@example.com", "timezone": "=cmd|' /C calc'!A0"},
            first_seen=NOON,
            last_seen=NOON,
        )
        for index in range(n)
    ]
    return Person.objects.bulk_create(people)


def act(client, name="people", **fields):
    return client.post(reverse("desk-bulk", args=[name]), fields)


def test_chosen_columns_are_kept_and_can_be_given_back(ada, brand, client):
    put(brand, 1)
    client.post(reverse("desk-columns", args=["people"]), {"column": ["last_seen", "zone", "passwords"]})
    assert desk.layout(ada, "people", workspace_id=brand.pk)["columns"] == ["zone", "last_seen"]
    assert "Time zone" in client.get("/people/").content.decode()
    assert "Time zone</" not in client.get("/people/?columns=person").content.decode().partition("<thead>")[2][:600]
    client.post(reverse("desk-columns", args=["people"]), {"reset": "1"})
    assert desk.layout(ada, "people", workspace_id=brand.pk)["columns"] == []


@pytest.mark.parametrize("name", NASTY)
def test_a_saved_view_keeps_what_was_asked_and_shows_its_name_as_text(ada, brand, client, name):
    saved = client.post(
        reverse("desk-views", args=["people"]), {"name": name, "query": "known=yes&x=1&sort=first_seen"}
    )
    address = saved["Location"]
    view = SavedView.objects.get(workspace=brand)
    assert parse_qs(urlsplit(address).query) == {"known": ["yes"], "sort": ["first_seen"], "view": [str(view.pk)]}
    page = client.get(address).content.decode()
    assert "<script>alert" not in page
    assert client.get("/people/").status_code == 200


def test_a_default_view_opens_first_and_all_is_still_one_click_away(ada, brand, client):
    client.post(reverse("desk-views", args=["people"]), {"name": "Known", "query": "known=yes"})
    view = SavedView.objects.get(workspace=brand)
    client.post(reverse("desk-view", args=[view.pk]), {"do": "default"})
    assert client.get("/people/")["Location"] == f"/people/?known=yes&view={view.pk}"
    assert client.get("/people/?view=").status_code == 200
    client.post(reverse("desk-view", args=[view.pk]), {"do": "default"})
    assert client.get("/people/").status_code == 200


def test_a_deleted_view_offers_the_way_back(ada, brand, client):
    client.post(reverse("desk-views", args=["people"]), {"name": "Known", "query": "known=yes"})
    view = SavedView.objects.get(workspace=brand)
    page = client.post(reverse("desk-view", args=[view.pk]), {"do": "delete"}, follow=True).content.decode()
    undo = f"{reverse('desk-view', args=[view.pk])}?do=restore"
    assert undo in page
    client.post(undo, {"form_key": "as a browser sends it"})
    view.refresh_from_db()
    assert view.deleted_at is None


def test_another_s_private_view_is_not_there_and_a_team_s_not_everybody_s_to_change(ada, brand, client):
    other = user(brand, role=Member.Role.OPERATOR)
    client.post(reverse("desk-views", args=["people"]), {"name": "Mine", "query": ""})
    client.post(reverse("desk-views", args=["people"]), {"name": "Ours", "query": "", "team": "1"})
    mine, ours = SavedView.objects.order_by("name")
    client.force_login(other)
    assert client.post(reverse("desk-view", args=[mine.pk]), {"do": "delete"}).status_code == 404
    assert client.post(reverse("desk-view", args=[ours.pk]), {"do": "delete"}).status_code == 403
    assert client.post(reverse("desk-view", args=[ours.pk]), {"do": "default"}).status_code == 302
    stranger = user(workspace())
    client.force_login(stranger)
    assert client.post(reverse("desk-view", args=[ours.pk]), {"do": "default"}).status_code == 404


def test_viewers_arrange_their_own_page_and_change_nothing_else(brand, client):
    put(brand, 1)
    client.force_login(user(brand, role=Member.Role.VIEWER))
    page = client.get("/people/").content.decode()
    assert 'name="row"' not in page
    assert "desk/lists/people/export" not in page
    assert act(client, action="suppress", all="1").status_code == 403
    assert client.post(reverse("desk-export", args=["people"]), {}).status_code == 403
    assert client.post(reverse("desk-columns", args=["people"]), {"column": "person"}).status_code == 302
    client.post(reverse("desk-views", args=["people"]), {"name": "Mine", "query": "", "team": "1"})
    assert not SavedView.objects.get(workspace=brand).is_team


def test_what_is_dangerous_asks_first_and_says_how_many(ada, brand, client):
    rows = put(brand, 3)
    asked = act(client, action="suppress", row=[str(rows[0].pk), str(rows[1].pk)])
    assert asked.status_code == 200
    assert "2 people" in asked.content.decode()
    assert not Suppression.objects.exists()
    done = act(client, action="suppress", rows=f"{rows[0].pk},{rows[1].pk}", sure="1")
    assert done.status_code == 302
    assert Suppression.objects.filter(workspace_id=brand.pk).count() == 2


def test_all_that_match_are_changed_in_a_job_when_they_are_many(ada, brand, client):
    put(brand, 10_000)
    started = act(client, action="suppress", all="1", query="mail=yes", sure="1")
    job = jobs.jobs(brand.pk).get()
    assert started["Location"] == reverse("job", args=[job.pk])
    jobs.run_all()
    job.refresh_from_db()
    assert (job.state, job.result["changed"]) == ("done", 10_000)
    assert Suppression.objects.filter(workspace_id=brand.pk).count() == 10_000


def test_people_are_put_into_a_segment_that_is_kept_by_hand(ada, brand, client):
    rows = put(brand, 2)
    define(brand.pk, {"key": "vip", "name": "VIP 会员", "kind": "static"}, actor=actor(), now=NOON)
    keys = ",".join(str(row.pk) for row in rows)
    assert "VIP 会员" in act(client, action="add", rows=keys).content.decode()
    assert act(client, action="add", rows=keys, sure="1", chosen="no-such").status_code == 400
    act(client, action="add", rows=keys, sure="1", chosen="vip")
    assert "2 people" in client.get(reverse("segment-members-page", args=["vip"])).content.decode()


def test_segments_are_archived_and_brought_back(ada, brand, client):
    made = define(brand.pk, {"key": "vip", "name": "VIP", "kind": "static"}, actor=actor(), now=NOON)
    page = client.post(
        reverse("desk-bulk", args=["segment"]), {"action": "archive", "row": made.pk}, follow=True
    ).content.decode()
    made.refresh_from_db()
    assert made.archived
    assert "action=unarchive" in page
    client.post(f"{reverse('desk-bulk', args=['segment'])}?action=unarchive&rows={made.pk}&within=")
    made.refresh_from_db()
    assert not made.archived


def test_an_export_is_a_job_with_the_columns_and_the_order_of_the_page(ada, brand, client):
    put(brand, 1_100)
    query = {"query": "known=yes&sort=person", "columns": "person,email,zone"}
    started = client.post(reverse("desk-export", args=["people"]), query)
    job = jobs.jobs(brand.pk).get()
    assert started["Location"] == reverse("job", args=[job.pk])
    jobs.run_all()
    taken = client.get(reverse("job-file", args=[job.pk]))
    text = b"".join(taken.streaming_content).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    assert head == ["Person", "E-mail", "Time zone"]
    assert len(lines) == 1_100
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    assert "user-0@example.com" not in text
    assert lines[0][2].startswith("'=")
    assert AuditEntry.objects.filter(workspace_id=brand.pk, action="data.exported").exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "fly"}, 400),
        ({"action": "suppress", "row": "nobody"}, 400),
        ({"action": "suppress", "rows": "," * 5000}, 302),
        ({"action": "suppress", "rows": "x," * 5000}, 400),
        ({"action": "suppress", "all": "1", "query": "seen_from=never&cursor=W10&%00=%00", "sure": "1"}, 302),
        ({"action": "suppress", "row": ["00000000-0000-4000-8000-000000000000"] * 10_000}, 400),
    ],
)
def test_hostile_selections_are_refused_or_mean_nobody(ada, brand, client, fields, status):
    assert act(client, **fields).status_code == status
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("name", ["people", "segment", "run", "message", "audit", "rule", "flow", "parked", "refused"])
@pytest.mark.parametrize(
    "query",
    [
        "?cursor=nonsense",
        "?before=W10",
        "?limit=99999999999999999999",
        "?q=%00%25%27%22%5C",
        "?sort=-&columns=,,,&view=x",
        "?state=nonsense&asked_from=x&seen_to=2026-02-31",
        "?changed_from=9999-12-31&at_to=0001-01-01",
    ],
)
def test_no_address_breaks_a_list(ada, brand, client, name, query):
    from config.kit.lists import Scope, find_list  # noqa: PLC0415

    listing = find_list(name)
    address = listing.address(Scope(workspace_id=brand.pk))
    assert client.get(f"{address}{query}").status_code in (200, 400)
