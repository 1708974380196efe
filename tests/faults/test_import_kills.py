"""Kills the workers of jobs while a file comes in: no row of it is lost, and none is there twice."""

import json
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.bench.imports import write_baskets
from tests.faults.world import World, running
from tests.installation import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("installations")]

ROWS = 20_000
KILLS = 2
MAPPING = {
    "what": "events",
    "event": "old_purchase",
    "columns": [
        {"column": "household_id", "to": "user_id"},
        {"column": "basket_id", "to": "field", "name": "order_id"},
        {"column": "ts", "to": "time"},
        {"column": "amount", "to": "field", "name": "amount", "type": "number"},
    ],
}


@pytest.fixture(scope="module")
def world():
    with running(JOBS_WORKERS="2") as world:
        yield world


def upload(world: World, file: Path) -> dict[str, Any]:
    """Send the file as a form, as a client does."""
    boundary = uuid.uuid4().hex
    mapping = f'--{boundary}\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n{json.dumps(MAPPING)}\r\n'
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="baskets.csv"\r\n'
    body = (mapping + head + "Content-Type: text/csv\r\n\r\n").encode() + file.read_bytes()
    request = urllib.request.Request(
        f"{world.here.url}/v1/imports",
        data=body + f"\r\n--{boundary}--\r\n".encode(),
        headers={
            "Authorization": world.api._auth["secret"],
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def kill_the_workers(world: World) -> None:
    for process in world.here.parts("jobs"):
        process.kill()


def test_no_row_is_lost_or_doubled(world, tmp_path, record_property):
    file = tmp_path / "baskets.csv"
    rows = write_baskets(file, most=ROWS)
    started = time.monotonic()
    job = upload(world, file)["job"]
    taken = []
    for kill in range(1, KILLS + 1):
        enough = rows * kill // (KILLS + 2)
        wait_until(lambda enough=enough: stored(world) >= enough, timeout=180, what=f"{enough} rows")
        kill_the_workers(world)
        taken.append(stored(world))
    wait_until(lambda: state(world, job) == "done", timeout=300, what="the end of the import")
    (attempts, result) = world.ask("select attempt, result from compliance_job where id = %s", job)[0]
    figures = {
        "rows": rows,
        "kills after": taken,
        "attempts": attempts,
        "seconds": round(time.monotonic() - started, 1),
    }
    record_property("figures", figures)
    print(json.dumps(figures))
    assert attempts == KILLS + 1
    assert {name: result[name] for name in ("rows", "accepted", "repeated", "refused")} == {
        "rows": rows,
        "accepted": rows,
        "repeated": 0,
        "refused": 0,
    }
    assert stored(world) == rows
    assert world.count("from (select distinct properties->>'order_id' from audiences_event) as orders") == rows


def stored(world: World) -> int:
    return world.count("from audiences_event where name = 'old_purchase'")


def state(world: World, job: str) -> str:
    return str(world.ask("select state from compliance_job where id = %s", job)[0][0])
