"""Pages of decision tables without a browser: plain forms that keep rows of other pages, files out and in."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.rules.publishing.drafts import find_draft, save_draft
from campaigns.rules.tables.edits import apply, put_cells
from campaigns.rules.tables.workbook import read_workbook
from compliance.access.models import Member
from config.kit import clock
from config.kit.errors import InputRefused
from tests import factories

TABLE = {
    "key": "labels",
    "name": "Labels",
    "on": ["order_paid"],
    "hit": "first",
    "columns": [
        {"property": "amount", "type": "number", "name": "amount"},
        {"trait": "city", "type": "text", "name": "city"},
    ],
    "outputs": [{"name": "label", "type": "text", "then": {"add_label": "{cell}"}}],
    "rows": [{"when": [">= 100", "Rome"], "then": ["gold"]}, {"when": ["-", "-"], "then": ["other"]}],
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def member(client, workspace):
    client.force_login(factories.user(workspace))
    return client


def draft(workspace, table=TABLE):
    return save_draft(workspace.pk, "labels", table, revision=0, actor=factories.actor(), now=clock.now())


def send(client, **fields):
    return client.post(reverse("table-save", args=["labels"]), {"row": ["0", "1"], **fields})


def rows(workspace):
    return [(row["when"], row["then"]) for row in find_draft(workspace.pk, "labels").definition["rows"]]


def test_a_table_is_begun_from_copied_cells_and_listed(member, workspace):
    cells = "amount\tcity\tflow\n>= 100\tRome\tgold\n-\t-\tsilver"
    answer = member.post(reverse("table-new"), {"key": "labels", "on": "order_paid", "hit": "first", "paste": cells})
    assert answer.status_code == 302, answer.content.decode()
    assert rows(workspace) == [([">= 100", "Rome"], ["gold"]), (["-", "-"], ["silver"])]
    assert "labels" in member.get(reverse("tables")).content.decode()


def test_a_table_without_an_event_or_with_a_bad_key_is_refused_at_the_field(member):
    answer = member.post(reverse("table-new"), {"key": "labels", "on": " "})
    assert (answer.status_code, "listens to an event" in answer.content.decode()) == (422, True)
    answer = member.post(reverse("table-new"), {"key": "Ü !", "on": "order_paid"})
    assert answer.status_code == 422


def test_cells_are_saved_as_a_draft_and_a_fault_stands_in_its_row(member, workspace):
    draft(workspace)
    send(member, revision="1", **{"w0-0": "many", "w0-1": "Oslo", "t0-0": "gold"})
    assert rows(workspace)[0] == (["many", "Oslo"], ["gold"])
    shown = member.get(reverse("table", args=["labels"])).content.decode()
    assert 'name="w0-0" value="many"' in shown
    assert shown.count('aria-invalid="true"') == 1


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("row.double:0", ["gold", "gold", "other"]),
        ("row.down:0", ["other", "gold"]),
        ("row.up:0", ["gold", "other"]),
        ("row.drop:1", ["gold"]),
        ("row.add:1", ["gold", "other", "-"]),
    ],
)
def test_rows_are_added_doubled_moved_and_taken_out(member, workspace, do, left):
    draft(workspace)
    send(member, revision="1", do=do)
    assert [then[0] for _when, then in rows(workspace)] == left


def test_columns_keep_their_cells_when_they_move(member, workspace):
    draft(workspace)
    send(member, revision="1", do="columns.down:0")
    assert rows(workspace)[0][0] == ["Rome", ">= 100"]
    send(member, revision="2", do="columns.double:0")
    send(member, revision="3", do="columns.drop:2")
    assert rows(workspace)[0][0] == ["Rome", "Rome"]


def test_pasted_cells_go_where_they_were_pasted_and_add_rows(member, workspace):
    draft(workspace)
    send(member, revision="1", do="paste", paste="Oslo\tsilver\nBern\tgold\nWien\tgold", paste_at="1.1")
    assert [(when[1], then[0]) for when, then in rows(workspace)] == [
        ("Rome", "gold"),
        ("Oslo", "silver"),
        ("Bern", "gold"),
        ("Wien", "gold"),
    ]


def test_somebody_elses_save_is_not_overwritten(member, workspace):
    draft(workspace)
    send(member, revision="1", **{"t0-0": "mine"})
    answer = member.post(
        reverse("table-save", args=["labels"]), {"revision": "1", "row": "0", "t0-0": "old"}, follow=True
    )
    assert "meanwhile" in answer.content.decode()
    assert rows(workspace)[0][1] == ["mine"]


def test_rows_of_other_pages_stay_as_they_are(member, workspace):
    many = [{"when": [f"{n}", "-"], "then": ["gold"]} for n in range(250)]
    draft(workspace, {**TABLE, "rows": many})
    address = reverse("table", args=["labels"])
    assert member.get(f"{address}?at=200").content.decode().count('name="row"') == 50
    send(member, revision="1", row=["200"], at="200", **{"w200-0": "> 9"})
    found = [when[0] for when, _then in rows(workspace)]
    assert (found[0], found[199], found[200], found[249]) == ("0", "199", "> 9", "249")


def test_a_file_is_handed_out_and_its_rows_are_taken_again(member, workspace):
    draft(workspace)
    answer = member.get(reverse("table-file", args=["labels"]))
    assert read_workbook(BytesIO(answer.content).read())["rows"] == TABLE["rows"]
    send(member, revision="1", do="row.drop:0")
    file = SimpleUploadedFile("t.xlsx", answer.content)
    send(member, revision="2", do="file", file=file)
    assert len(rows(workspace)) == 2


def test_a_viewer_sees_the_table_and_changes_nothing(client, workspace):
    draft(workspace)
    client.force_login(factories.user(workspace, role=Member.Role.VIEWER))
    shown = client.get(reverse("table", args=["labels"]))
    assert (shown.status_code, '<fieldset class="bare stack" disabled>' in shown.content.decode()) == (200, True)
    assert send(client, revision="1").status_code == 403


@pytest.mark.parametrize("verb", ["row.fly", "cells.add", "row.drop", "columns.up"])
def test_what_is_no_change_is_refused(verb):
    with pytest.raises(InputRefused):
        apply(TABLE, verb, 7)


def test_a_block_wider_than_the_table_is_cut():
    assert put_cells(TABLE, [["a", "b", "c", "d"]], row=0, column=2)["rows"][0]["then"] == ["a"]
