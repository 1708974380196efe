"""Copies and erasures: asked for by one member, approved by another, done everywhere."""

import json

import pytest
from django.db import connection
from django.urls import reverse

from audiences.imports.models import RefusedRow
from audiences.intake.models import EventKind
from audiences.people.models import Person
from audiences.segments.jobs import export_in_job
from audiences.segments.models import Segment
from compliance import audit
from compliance.access.models import Member
from compliance.consent.suppressions import suppress, suppressed
from compliance.jobs import run_all, start, store
from compliance.jobs.files import find_file, pieces
from compliance.jobs.models import Job
from compliance.privacy import requests
from compliance.privacy.models import PrivacyRequest
from config.kit import clock
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.audiences.events import come, row
from tests.audiences.sender import Sender, basic
from tests.console.shop import THANKED, open_shop
from tests.factories import NOON

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a"
BARE = {"compliance_auditentry", "compliance_consent", "compliance_job", "compliance_privacyrequest"}
"""Tables that keep the bare id: what was decided and done, by whom; that nobody may write to them."""


@pytest.fixture
def shop():
    with clock.at(NOON):
        yield open_shop(NOON)


@pytest.fixture
def second(shop):
    return factories.user(shop.workspace, role=Member.Role.REVIEWER)


@pytest.fixture
def asked(shop, second, client):
    """Ask in the console for what `kind` says; return the request."""

    def ask(kind):
        client.force_login(shop.user)
        given = {"kind": kind, "reason": "wrote from their own address"}
        answered = client.post(reverse("privacy-ask", args=[shop.person(THANKED)]), given, follow=True)
        assert answered.status_code == 200
        return PrivacyRequest.objects.get(kind=kind)

    return ask


def decide(client, user, request, **given):
    client.force_login(user)
    answered = client.post(reverse("privacy-decide", args=[request.pk]), given, follow=True)
    run_all(tick=lambda: NOON)
    request.refresh_from_db()
    return answered


def holding(text):
    """Return the tables of which a row holds the text anywhere; bytes stand there in hexadecimal digits."""
    sought = [f"%{text}%", f"%{text.encode().hex()}%"]
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')"
            " and not relispartition"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for name in tables:
            cursor.execute(f'select exists (select from "{name}" t where t::text ilike any(%s))', [sought])
            if cursor.fetchone()[0]:
                found.add(name)
    return found


def test_who_asked_cannot_approve_and_a_second_member_can(shop, second, client, asked):
    made = asked("export")
    assert "you asked" in client.get(reverse("privacy")).content.decode()
    assert "somebody else has to approve" in decide(client, shop.user, made, answer="approve").content.decode()
    assert made.state == "open"
    decide(client, second, made, answer="approve")
    assert made.state == "approved"
    actions = list(audit.entries(shop.workspace.pk, object_kind="privacy_request").values_list("action", flat=True))
    assert sorted(actions) == ["privacy.approved", "privacy.asked"]


def test_a_copy_holds_all_sections_and_nobody_else(shop, second, client, asked):
    decide(client, second, asked("export"), answer="approve")
    job = Job.objects.get(kind="privacy.export")
    assert job.state == "done"
    stored = find_file(shop.workspace.pk, job.result["file"]["id"])
    rows = [json.loads(line) for line in b"".join(pieces(stored)).splitlines()]
    assert {"person", "identifiers", "traits", "events", "messages", "matches", "journeys", "consents"} <= {
        row["section"] for row in rows
    }
    assert {row["id"] for row in rows if row["section"] == "person"} == {str(shop.person(THANKED))}


def test_erasure_leaves_nothing_of_the_person_anywhere(shop, second, client, asked):
    workspace, person = shop.workspace.pk, shop.person(THANKED)
    told = {"email": f"{CANARY}@example.com", "nick": CANARY, "phone": "+447911123456"}
    come(
        row(
            workspace, user=THANKED, anonymous=f"{CANARY}-v", kind=EventKind.IDENTIFY, name="identify", properties=told
        ),
        row(workspace, user=THANKED, name="said", properties={"text": CANARY}),
        now=NOON,
    )
    client.force_login(shop.user)
    client.post(reverse("person-note", args=[person]), {"text": CANARY})
    suppress(workspace, "email", [told["email"]], reason="operator", at=NOON)
    assert {"audiences_event", "audiences_person", "audiences_note", "audiences_identity"} <= holding(CANARY)
    others = Person.objects.exclude(pk=person).count()
    made = asked("erasure")
    made_id = str(person)
    _copy(shop, told["email"])
    assert {"compliance_job", "compliance_jobfilechunk", "audiences_refusedrow", "audiences_refusal"} <= holding(
        THANKED
    )
    decide(client, second, made, answer="approve")
    assert holding(CANARY) == set()
    assert holding(THANKED) == set()
    assert holding(made_id) <= BARE
    assert Person.objects.count() == others
    assert suppressed(workspace, "email", [told["email"]])
    entry = audit.entries(workspace, action="person.erased").get()
    assert entry.payload["rows"]["audiences"] > 5
    assert client.get(reverse("person", args=[person])).status_code == 404


def _copy(shop, address):
    """Let copies lie about: the shop's files of old orders, an export, a condition that was counted, a bad item."""
    given = {"workspace_id": shop.workspace.pk, "title": f"Who is {THANKED}?", "actor": factories.actor(), "now": NOON}
    where = {"trait": "email", "is": "eq", "value": address}
    start("segments.count", arguments={"where": where}, **given)
    export_in_job(Segment.objects.get(key="loyal"), actor=factories.actor(), now=NOON)
    run_all(tick=lambda: NOON)
    sender = Sender(shop.workspace, basic(factories.api_key(shop.workspace)))
    sender.post("track", {"userId": THANKED, "event": "", "messageId": f"m-{THANKED}"}, now=NOON)


def test_an_erasure_keeps_files_rows_and_jobs_that_only_resemble(shop, second, client, asked):
    given = {"workspace_id": shop.workspace.pk, "content_type": "text/csv", "now": NOON}
    other = store([f"user_id\n{THANKED}0\nx{THANKED}\n".encode()], name="others.csv", **given)
    chinese = store([f"用户\n{THANKED}\n".encode("utf-16")], name="utf-16.csv", **given)
    refused = {row.pk for row in RefusedRow.objects.all() if THANKED not in str(row.cells)}
    decide(client, second, asked("erasure"), answer="approve")
    assert find_file(shop.workspace.pk, other.id)
    assert find_file(shop.workspace.pk, chinese.id) is None
    assert set(RefusedRow.objects.values_list("pk", flat=True)) == refused != set()
    assert Job.objects.filter(kind="imports.run", state="done", title="old-orders-2025.csv").exists()


def test_an_event_after_an_erasure_makes_a_new_person(shop, second, client, asked):
    decide(client, second, asked("erasure"), answer="approve")
    come(row(shop.workspace.pk, user=THANKED, name="back"), now=NOON)
    assert shop.person(THANKED)


def test_requests_are_refused_without_reason_second_member_or_twice(shop, second):
    given = {"kind": "export", "actor": factories.actor(), "now": NOON}
    person = shop.person(THANKED)
    with pytest.raises(InputRefused, match="reason"):
        requests.ask(shop.workspace.pk, person, **given, reason=" ")
    requests.ask(shop.workspace.pk, person, **given, reason="by letter")
    with pytest.raises(Conflict, match="already"):
        requests.ask(shop.workspace.pk, person, **given, reason="by letter")
    lonely = factories.workspace()
    with pytest.raises(InputRefused, match="Nobody else"):
        requests.ask(lonely.pk, person, **given, reason="by letter")


def test_a_rejection_says_why_and_operators_decide_nothing(shop, second, client, asked):
    made = asked("erasure")
    operator = factories.user(shop.workspace, role=Member.Role.OPERATOR)
    assert "Only administrators" in decide(client, operator, made, answer="approve").content.decode()
    assert "A reason is needed" in decide(client, second, made, answer="reject").content.decode()
    decide(client, second, made, answer="reject", said="not proved who they are")
    assert (made.state, made.said) == ("rejected", "not proved who they are")
    assert Person.objects.filter(pk=made.person_id).exists()


def test_another_workspaces_request_is_not_found(shop, client, asked):
    made = asked("export")
    stranger = factories.user(factories.workspace())
    client.force_login(stranger)
    assert client.post(reverse("privacy-decide", args=[made.pk]), {"answer": "approve"}).status_code == 404
