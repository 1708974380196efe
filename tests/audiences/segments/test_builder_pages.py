"""The segment builder as a form: what is saved, refused, in conflict, forbidden and shown safely."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from audiences import segments
from audiences.builder import catalogue, posting, reading
from audiences.conditions import Place
from audiences.people.models import Person
from audiences.segments.models import Segment
from compliance.access.models import Member
from compliance.audit.trail import entries
from config.kit import clock
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOSTILE = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "名" * 300, "שלום \u202e abc", "👩‍👩‍👧 é"]
VIP = {"trait": "tier", "is": "eq", "value": "gold"}


@pytest.fixture
def brand():
    catalogue.forget()
    return factories.workspace()


@pytest.fixture
def editor(brand, client):
    client.force_login(factories.user(brand))
    with clock.at(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        yield client


def form(where: object, **fields: Any) -> dict[str, Any]:
    return {"kind": "dynamic", **dict(posting.encoded(reading.rows_of(where, place=Place.SEGMENT), "c")), **fields}


def define(brand: Any, key: str, where: object) -> Segment:
    raw = {"key": key, "name": key, "where": where}
    return segments.define(brand.pk, raw, actor=factories.actor(), now=NOON)


def one_time_key(page: Any) -> dict[str, str]:
    """Return the field that carries the page's last form out once."""
    return {"form_key": re.findall(r'name="form_key" value="(\w+)"', page.content.decode())[-1]}


def test_a_nested_segment_is_saved_with_a_key_of_its_name(brand, editor):
    where = {"all": [VIP, {"not": {"any": [{"did": "buy", "times": {"at_least": 1}}, VIP]}}]}
    answer = editor.post(reverse("segment-new"), form(where, name="Gold 会员 & co"))
    assert answer.status_code == 302, answer.content.decode()
    made = Segment.objects.get(workspace=brand)
    assert made.key == "gold-会员-co"
    assert made.live.definition["where"] == where


def test_what_is_missing_is_refused_at_its_field_and_the_first_has_the_focus(editor):
    wrong = form({"trait": "age", "is": "gte", "value": 3}, **{"c-2-test-value": "many"})
    answer = editor.post(reverse("segment-new"), wrong)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter a number" in html
    assert "Give the segment a name" in html
    assert html.count("data-autofocus") >= 1
    assert 'value="many"' in html


def test_what_only_the_language_finds_stands_at_its_row_too(editor):
    where = {"stopped": "buy", "within": "14d", "quiet": "7d"}
    answer = editor.post(reverse("segment-new"), form(where, name="x", **{"c-2-quiet-n": "20"}))
    assert answer.status_code == 422
    assert "nothing can be older than the window" in answer.content.decode()


def test_a_step_saves_nothing_and_returns_the_page(brand, editor):
    answer = editor.post(reverse("segment-new"), form(VIP, name="kept", do="c:add:1:did"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="kept"' in html
    assert 'name="c-3-event"' in html
    assert not Segment.objects.filter(workspace=brand).exists()


def test_a_form_that_nobody_could_have_sent_is_a_400(editor):
    for broken in ({"c-1-at": "0::bomb:0"}, {"c-1-at": "x"}, {"c-1-at": "0::group:0", "c-2-at": "9:of:trait:0"}):
        assert editor.post(reverse("conditions", args=["segment", "c"]), broken).status_code == 400


def test_two_who_edit_the_same_segment_are_told_of_each_other(brand, editor):
    define(brand, "vip", VIP)
    address = reverse("segment-edit", args=["vip"])
    assert editor.post(address, form(VIP | {"value": "silver"}, name="mine", version="1")).status_code == 302
    late = editor.post(address, form(VIP | {"value": "bronze"}, name="theirs", version="1"))
    assert late.status_code == 409
    html = late.content.decode()
    assert "has saved v2" in html
    assert 'name="version" value="2"' in html
    assert editor.post(address, form(VIP | {"value": "bronze"}, name="theirs", version="2")).status_code == 302


def test_a_key_that_is_taken_is_refused(brand, editor):
    define(brand, "vip", VIP)
    answer = editor.post(reverse("segment-new"), form(VIP, name="VIP", key="vip"))
    assert answer.status_code == 422
    assert "There is a segment with this key already" in answer.content.decode()


def test_viewers_look_and_change_nothing(brand, client):
    define(brand, "vip", VIP)
    client.force_login(factories.user(brand, role=Member.Role.VIEWER))
    page = client.get(reverse("segment-page", args=["vip"])).content.decode()
    assert reverse("segment-edit", args=["vip"]) not in page
    assert client.get(reverse("segment-new")).status_code == 403
    assert client.post(reverse("segment-export-page", args=["vip"])).status_code == 403
    assert client.post(reverse("segment-archive", args=["vip"])).status_code == 403


def test_other_workspaces_segments_are_not_there(brand, editor):
    other = factories.workspace()
    segments.define(other.pk, {"key": "theirs", "where": VIP}, actor=factories.actor(), now=NOON)
    assert editor.get(reverse("segment-edit", args=["theirs"])).status_code == 404
    answer = editor.post(reverse("segment-new"), form({"segment": "theirs"}, name="spy"))
    assert answer.status_code == 422


def test_an_export_is_a_job_and_stands_on_the_segment_s_trail(brand, editor):
    define(brand, "vip", VIP)
    answer = editor.post(reverse("segment-export-page", args=["vip"]))
    assert answer.status_code == 302
    assert entries(brand.pk, object_kind="segment", object_id="vip", action="segment.exported").exists()
    assert "segment.exported" in editor.get(reverse("segment-trail", args=["vip"])).content.decode()


def test_an_older_version_is_used_again_and_the_change_is_told(brand, editor):
    define(brand, "vip", VIP)
    define(brand, "vip", VIP | {"value": "silver"})
    told = editor.get(reverse("segment-history-page", args=["vip"])).content.decode()
    assert "tier is “gold” → tier is “silver”" in told
    editor.post(reverse("segment-use-again", args=["vip", 1]))
    assert Segment.objects.get(workspace=brand).live.definition["where"] == VIP


def test_buttons_of_a_segment_are_carried_out_once_and_undo_never_archives(brand, editor):
    define(brand, "vip", VIP)
    for name, done in (("segment-archive", "archived"), ("segment-unarchive", "unarchived")):
        address, field = reverse(name, args=["vip"]), one_time_key(editor.get(reverse("segment-page", args=["vip"])))
        for _again in range(2):
            editor.post(address, field)
        editor.post(address)
        assert entries(brand.pk, object_id="vip", action=f"segment.{done}").count() == 1
    assert not Segment.objects.get(workspace=brand).archived


def test_an_older_version_and_an_export_are_asked_for_once(brand, editor):
    define(brand, "vip", VIP)
    define(brand, "vip", VIP | {"value": "silver"})
    key = one_time_key(editor.get(reverse("segment-history-page", args=["vip"])))
    for name, args in (("segment-use-again", ["vip", 1]), ("segment-export-page", ["vip"])):
        for _again in range(2):
            editor.post(reverse(name, args=args), {"form_key": f"{key['form_key'][:20]}{name}"})
    assert Segment.objects.get(workspace=brand).versions.count() == 3
    assert entries(brand.pk, object_id="vip", action="segment.exported").count() == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_values_come_back_as_text(brand, editor, text):
    where = {"all": [{"trait": text.replace(".", "")[:200], "is": "in", "value": [text]}, {"did": text[:300]}]}
    made = editor.post(reverse("segment-new"), form(where, name=text[:300], key="x", note=text[:500]))
    assert made.status_code == 302, made.content.decode()
    for name in ("segment-page", "segment-edit", "segment-history-page", "segment-trail"):
        html = editor.get(reverse(name, args=["x"])).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_an_attribute_that_nobody_has_is_shown_with_a_way_to_mend_it(brand, editor):
    Person.objects.create(
        id="00000000-0000-4000-8000-000000000001",
        workspace_id=brand.pk,
        traits={"city": "Paris"},
        first_seen=NOON,
        last_seen=NOON,
    )
    catalogue.forget()
    define(brand, "lost", {"trait": "citty", "is": "eq", "value": "Paris"})
    html = editor.get(reverse("segment-edit", args=["lost"])).content.decode()
    assert "Not seen yet" in html
    assert 'value="c:set:2:trait:city"' in html
    fixed = editor.post(
        reverse("conditions", args=["segment", "c"]),
        form({"trait": "citty", "is": "eq", "value": "Paris"}, do="c:set:2:trait:city"),
    )
    assert "Not seen yet" not in fixed.content.decode()


def test_the_limits_are_told_before_saving(editor):
    many = {"all": [VIP | {"value": f"v{n}"} for n in range(460)]}
    html = editor.post(reverse("conditions", args=["segment", "c"]), form(many)).content.decode()
    assert "460 of at most 500 conditions" in html


@pytest.mark.parametrize("part", ["count", "reach", "sample", "compare", "person"])
def test_each_part_of_the_live_result_answers(brand, editor, part):
    define(brand, "vip", VIP)
    more = {"segment": "vip", "person": "nobody"}
    assert editor.post(reverse("segment-live", args=[part]), form(VIP, **more)).status_code == 200
    incomplete = editor.post(reverse("segment-live", args=[part]), form(VIP | {"value": "x"}, **{"c-2-test-value": ""}))
    assert incomplete.status_code == 200
