"""Segment's own client for Node, pointed at this server, delivers; what it repeats adds nothing.

By hand: `cd tests/clients/node && npm ci --ignore-scripts && node send.mjs http://127.0.0.1:8400 WRITE_KEY`.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from audiences.intake.models import Event, EventKind, Repetition
from tests.factories import api_key, workspace

HERE = Path(__file__).parent / "node"
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="node and npm are not installed"),
]


@pytest.fixture(scope="module")
def sender(tmp_path_factory):
    """A copy of the sending program with its library beside it."""
    place = tmp_path_factory.mktemp("node") / "client"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns("node_modules"))
    done = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", at=place)
    if done.returncode and any(code in done.stderr for code in UNREACHABLE):
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stderr
    return place


def run(*command, at):
    return subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=120, check=False)


def test_its_calls_become_rows_and_a_repetition_adds_none(sender, live_server):
    brand = workspace()
    for _ in range(2):
        done = run("node", "send.mjs", live_server.url, api_key(brand), at=sender)
        assert done.returncode == 0, done.stderr
    rows = {row.kind: row for row in Event.objects.all()}
    assert len(rows) == Event.objects.count() == 4
    assert rows[EventKind.TRACK].properties == {"amount": 42.5}
    assert rows[EventKind.IDENTIFY].properties == {"email": "node@example.com", "city": "上海"}
    assert rows[EventKind.TRACK].context["library"]["name"] == "@segment/analytics-node"
    assert {row.workspace_id for row in rows.values()} == {brand.pk}
    assert sum(Repetition.objects.filter(workspace_id=brand.pk).values_list("n", flat=True)) == 4
