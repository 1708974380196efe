"""The scenario command: it says what differs, refuses what it does not know, and leaves nothing behind."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audiences.intake.models import Event
from campaigns.flows.models import Run
from campaigns.scenario.runner import run_document
from compliance.access.models import Workspace
from compliance.audit.models import AuditEntry
from tests.campaigns.flows.world import journey, world

pytestmark = pytest.mark.django_db

GOOD = """
name: someone signs up
define:
  journeys:
    - key: welcome
      entry: {on: event, event: sign_up}
      nodes: {start: {do: wait, for: 1h, next: done}, done: {do: exit}}
people: [{id: u1}]
steps:
  - event: {user: u1, name: sign_up}
  - expect: {runs: [{flow: welcome, user: u1, state: waiting}]}
"""
BAD = GOOD.replace("state: waiting", "state: ended").replace("someone signs up", "someone is wrong")


@pytest.fixture
def run(tmp_path):
    def run(*texts, **options):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.yaml")
            files[-1].write_text(text, encoding="utf-8")
        out = StringIO()
        code = 0
        try:
            call_command("scenario", *map(str, files), stdout=out, **options)
        except CommandError as error:
            code = error.returncode
        return code, out.getvalue()

    return run


def test_a_line_for_each_scenario_and_exit_1_if_one_fails(run):
    assert run(GOOD)[0] == 0
    code, out = run(GOOD, BAD, GOOD)
    assert code == 1
    lines = out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith(("ok", "FAIL"))] == ["ok", "FAIL", "ok"]


def test_a_failure_shows_expected_and_actual_side_by_side(run):
    _, out = run(BAD)
    (row,) = [line for line in out.splitlines() if '"ended"' in line]
    left, right = row.split("│")
    assert '"state": "ended"' in left
    assert '"state": "waiting"' in right


def test_the_same_as_data(run):
    code, out = run(GOOD, BAD, json=True)
    assert code == 1
    good, bad = json.loads(out)
    assert (good["passed"], good["failures"]) == (True, [])
    assert bad["failures"][0]["step"] == 2
    assert bad["failures"][0]["expected"][0]["state"] == "ended"
    assert bad["failures"][0]["actual"][0]["state"] == "waiting"


def test_a_scenario_leaves_nothing_behind_and_meets_nobody_elses_rows(run):
    brand = world()
    brand.live(journey())
    brand.event("u1")
    brand.put("u2")
    before = [model.objects.count() for model in (Workspace, Event, Run, AuditEntry)]
    due = Run.objects.get().due_at
    code, out = run(GOOD.replace("- expect:", "- wait: 1000d\n  - expect:").replace("state: waiting", "state: ended"))
    assert code == 0, out
    assert [model.objects.count() for model in (Workspace, Event, Run, AuditEntry)] == before
    assert Run.objects.get().due_at == due


@pytest.mark.parametrize(
    ("part", "path", "hint"),
    [
        ({"stesp": []}, "/stesp", "did you mean steps?"),
        ({"steps": [{"evnt": {}}]}, "/steps/0/evnt", "did you mean event?"),
        ({"steps": [{"event": {"user": "u", "nmae": "x"}}]}, "/steps/0/event/nmae", "did you mean name?"),
        ({"steps": [{"event": {"user": "u", "name": "x", "at": "soon"}}]}, "/steps/0/event/at", "-10d"),
        ({"steps": [{"wait": "1 month"}]}, "/steps/0/wait", "30d"),
        ({"steps": [{"call": {"do": "pauze", "flow": "x"}}]}, "/steps/0/call/do", "did you mean pause?"),
        ({"steps": [{"expect": {"message": []}}]}, "/steps/0/expect/message", "did you mean messages?"),
        ({"steps": [{"expect": {"runs": [{"usr": "u"}]}}]}, "/steps/0/expect/runs/0/usr", "did you mean user?"),
        ({"steps": [{"expect": {"messages": {"total": "1"}}}]}, "/steps/0/expect/messages", "total"),
        ({"steps": [{"mention": {"txt": "slow"}}]}, "/steps/0/mention/txt", "did you mean text?"),
        ({"start": "2026-01-05 08:00"}, "/start", "offset"),
        ({"settings": {"timezone": "Mars/Olympus"}}, "/settings/timezone", "IANA"),
        ({"settings": {"packs": ["cn"]}}, "/settings/packs", "leave packs out"),
        ({"define": {"policies": [{}]}}, "/define/policies", "journeys"),
        ({"define": {"caps": [{}]}}, "/define/caps/0/scope", '{"channel": "email"}'),
        ({"define": {"journeys": [{"key": "x", "nodes": {"a": {"do": "teleport"}}}]}}, "/nodes/a/do", "wait"),
        ({"people": [{"id": "u", "consent": {"email": "marketing"}}]}, "/people/0/consent", "[marketing]"),
    ],
)
def test_what_is_not_known_is_refused_with_a_hint(part, path, hint):
    result = run_document({"name": "refused", **part}, file="x.yaml")
    assert not result.passed
    assert path in result.error
    assert hint in result.error


@pytest.mark.parametrize("raw", [None, [], "text", 7, {"steps": 1}, {"steps": [1]}, {"people": {}}])
def test_what_is_no_scenario_is_refused(raw):
    assert run_document(raw, file="x.yaml").error


def test_a_file_that_cannot_be_read_fails_and_the_others_are_run(run, tmp_path):
    code, out = run("a: [", GOOD)
    assert code == 1
    assert "line" in out
    assert "ok    someone signs up" in out


def test_an_empty_list_says_that_there_is_nothing():
    steps = [{"event": {"user": "u", "name": "x"}}, {"expect": {"runs": []}}]
    flow = {"key": "f", "entry": {"on": "event", "event": "x"}, "nodes": {"done": {"do": "exit"}}}
    result = run_document({"define": {"journeys": [flow]}, "steps": steps}, file="x.yaml")
    assert result.failures[0].what == "runs"


def test_each_expected_item_needs_one_of_its_own():
    steps = [
        {"event": {"user": "u", "name": "x"}},
        {"expect": {"runs": [{"user": "u"}, {"flow": "f"}]}},
        {"event": {"user": "v", "name": "x"}},
        {"expect": {"runs": [{"flow": "f"}, {"user": "u"}]}},
    ]
    flow = {"key": "f", "entry": {"on": "event", "event": "x"}, "nodes": {"done": {"do": "exit"}}}
    result = run_document({"define": {"journeys": [flow]}, "steps": steps}, file="x.yaml")
    assert [failure.step for failure in result.failures] == [2]
