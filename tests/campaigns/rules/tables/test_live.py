"""Decision tables at work: defined by API, judged with the other rules, shown with the row that was hit."""

import json

import pytest
from django.db import connection

from campaigns.actions import Action
from campaigns.flows.models import Flow
from campaigns.rules.lookups import then_of
from campaigns.rules.models import Firing, Rule
from campaigns.rules.tables.workbook import MEDIA_TYPE
from campaigns.rules.views import asked
from campaigns.triggers import drain_intake
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.rules.tables.made import raw_table
from tests.factories import NOON, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
ROWS = (["> 100", "-", "big"], ["> 10", "Rome", "-"], ["> 10", "-", "small"])


@pytest.fixture
def workspace():
    made = factories.workspace()
    for key in ("big", "small"):
        given.flow(made, key)
    return made


@pytest.fixture
def call(client, workspace):
    headers = bearer(factories.api_key(workspace, "rules:read", "rules:write"))

    def ask(method, path, body=None, *, media_type="application/json"):
        data = json.dumps(body) if media_type == "application/json" else body
        with clock.at(NOON):
            return client.generic(method, path, data, content_type=media_type, headers=headers)

    return ask


def drain(workspace, *properties):
    put(*(row(workspace.pk, user="u", properties=each) for each in properties))
    with clock.at(NOON):
        drain_intake()


def asked_for():
    """Return the keys of the flows that were asked to start somebody."""
    keys = dict(Flow.objects.values_list("id", "key"))
    return sorted(keys[action.payload["flow_id"]] for action in Action.objects.all())


def test_an_event_starts_what_its_row_says_and_the_firing_keeps_the_row(call, workspace):
    assert call("POST", "/v1/tables", raw_table(*ROWS)).status_code == 201
    drain(workspace, {"amount": 200}, {"amount": 20, "city": "Rome"}, {"amount": 20}, {"amount": 2})
    firings = list(Firing.objects.order_by("id"))
    assert sorted(firing.facts["rows"] for firing in firings) == [[1], [2], [3]]
    by_row = {firing.facts["rows"][0]: firing for firing in firings}
    assert by_row[1].verdict["name"] == "amount"
    assert by_row[1].facts["event"]["properties"] == {"amount": 200}
    assert asked_for() == ["big", "small"]


def test_of_collect_all_rows_act_and_the_event_fires_once(call, workspace):
    call("POST", "/v1/tables", raw_table(*ROWS, hit="collect"))
    drain(workspace, {"amount": 200, "city": "Rome"})
    (firing,) = Firing.objects.all()
    assert (firing.facts["rows"], firing.verdict["what"]) == ([1, 2, 3], "all")
    assert asked_for() == ["big", "small"]


def test_why_not_shows_the_rows_that_came_nearest(call, workspace):
    call("POST", "/v1/tables", raw_table(*ROWS))
    drain(workspace, {"amount": 200}, {"amount": 2, "city": "Rome"})
    with connection.cursor() as cursor:
        cursor.execute("select id from audiences_event where id <> %s", [Firing.objects.get().event_id])
        ((missed,),) = cursor.fetchall()
    told = call("GET", f"/v1/rules/discounts/why/{missed}").json()
    assert (told["fired"], told["held"], len(told["verdict"]["children"])) == (False, False, 3)


def test_a_change_is_a_version_as_of_any_rule_and_a_row_is_a_change(call):
    call("POST", "/v1/tables", raw_table(*ROWS))
    assert call("POST", "/v1/tables", raw_table(*ROWS)).json()["version"] == 1
    changed = call("PUT", "/v1/tables/discounts", raw_table(*ROWS[:2]))
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert call("PATCH", "/v1/rules/discounts", {"mode": "off"}).json()["version"] == 3
    assert Rule.objects.get().mode == "off"


def test_pages_show_a_table_by_the_number_of_its_rows(call):
    call("POST", "/v1/tables", raw_table(*ROWS))
    rule = Rule.objects.select_related("live").get()
    assert then_of(rule.live.definition) == asked(rule)["then"] == [{"3 rows": ""}]


def test_a_plain_rule_is_no_table(call):
    call("POST", "/v1/rules", given.raw_rule("plain", then=[{"start_flow": "big"}]))
    call("POST", "/v1/tables", raw_table(*ROWS))
    assert [each["key"] for each in call("GET", "/v1/tables").json()["data"]] == ["discounts"]
    assert call("GET", "/v1/tables/plain").status_code == 404
    assert call("POST", "/v1/tables", given.raw_rule()).status_code == 422


def test_faults_and_findings_are_told_without_storing_anything(call):
    bad = call("POST", "/v1/tables/validate", raw_table(["20..10", "-", "big"])).json()
    assert (bad["valid"], [each["path"] for each in bad["errors"]]) == (False, ["/rows/0/when/0"])
    good = call("POST", "/v1/tables/validate?language=zh", raw_table(["-", "-", "big"], ["> 5", "-", "big"])).json()
    assert [(each["kind"], each["rows"]) for each in good["findings"]] == [("row_unreachable", [2, 1])]
    assert good["findings"][0]["said"].startswith("决策表 discounts 的第 2 行")
    assert not Rule.objects.exists()


def test_one_event_is_tried_on_a_draft_and_on_a_stored_table(call):
    asked = {"event": {"name": "buy", "properties": {"amount": 200}}}
    drafted = call("POST", "/v1/tables/try", {**asked, "table": raw_table(*ROWS)}).json()
    assert [(each["row"], each["taken"]) for each in drafted["rows"]] == [(1, True), (3, False)]
    assert (drafted["actions"], drafted["columns"]) == ([{"start_flow": "big"}], {"amount": 200, "city": None})
    call("POST", "/v1/tables", raw_table(*ROWS))
    assert call("POST", "/v1/tables/try", {**asked, "key": "discounts"}).json() == drafted
    assert call("POST", "/v1/tables/try", {**asked, "key": "nothing"}).status_code == 404
    assert call("POST", "/v1/tables/try", {"key": "discounts", "event": 5}).status_code == 422


def test_a_table_goes_out_as_a_file_and_comes_in_again(call):
    call("POST", "/v1/tables", raw_table(*ROWS))
    file = call("GET", "/v1/tables/discounts/xlsx")
    assert (file.status_code, file["Content-Type"]) == (200, MEDIA_TYPE)
    read = call("POST", "/v1/tables/xlsx?key=discounts", file.content, media_type=MEDIA_TYPE).json()
    assert read["definition"] == call("GET", "/v1/tables/discounts").json()["definition"]
    assert call("POST", "/v1/tables/xlsx", b"no file", media_type=MEDIA_TYPE).status_code == 422


def test_copied_cells_become_rows_and_each_bad_one_is_named(call):
    text = "amount\tcity\tFlow\n> 5\tRome\tbig\nmany\t\tsmall"
    read = call("POST", "/v1/tables/paste", {"text": text, "table": raw_table(*ROWS)}).json()
    assert [each["when"] for each in read["table"]["rows"]] == [["> 5", "Rome"], ["many", "-"]]
    assert [each["path"] for each in read["errors"]] == ["/rows/1/when/0"]
    fresh = call("POST", "/v1/tables/paste", {"text": text.replace("many", "3")}).json()
    assert ([each["type"] for each in fresh["table"]["columns"]], fresh["errors"]) == (["number", "text"], [])


def test_the_rules_that_a_table_stands_for_are_shown(call):
    call("POST", "/v1/tables", raw_table(*ROWS))
    shown = call("GET", "/v1/tables/discounts/rules").json()["data"]
    assert [(each["key"], each["exclusive"]) for each in shown] == [
        ("discounts.1", "discounts"),
        ("discounts.3", "discounts"),
    ]
