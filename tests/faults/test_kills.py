"""Kills one process after the other while orders come in, and counts what became of every one of them.

`FAULTS_PEOPLE=5000` for the full measure; `FAULTS_DATABASE_URL` and `FAULTS_BROKER_URL` for other servers than the
embedded ones, with `FAULTS_KILL_DATABASE` and `FAULTS_KILL_BROKER` as the commands that kill (and restart) those.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config.embedded import places
from tests.faults.world import World, external, running
from tests.installation import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("installations")]

PEOPLE = int(os.environ.get("FAULTS_PEOPLE", "300"))
MOST_IN_DOUBT_PER_SENDER = 20

IN_THE_MIDDLE = {
    "delivery": "from campaigns_delivery where state = 'sending'",
    "rules": "from audiences_slice",
    "flows": "from campaigns_run where state = 'active'",
    "mailbox": "from campaigns_delivery where state = 'sending'",
    "broker": "from campaigns_delivery where state in ('pending', 'claimed', 'sending')",
    "postgres": "from campaigns_delivery where state in ('pending', 'claimed', 'sending')",
    "web": "from audiences_slice",
}


@pytest.fixture(scope="module")
def world():
    with running() as world:
        yield world


def kill(world: World, part: str) -> dict[str, object]:
    """Kill all processes of `part` when its work is under way (or, if that is too quick to see, after a second)."""
    started = time.monotonic()
    while not world.count(IN_THE_MIDDLE[part]) and time.monotonic() - started < 1:
        time.sleep(0.001)
    killed = {process.pid for process in world.here.parts(part)}
    if hook := hook_of(part):
        subprocess.run(hook, shell=True, check=True)
    for process in [] if hook else world.here.parts(part):
        process.kill()
    back = wait_until(lambda: replaced(world, part, killed), what=f"a new {part}")
    back += wait_until(lambda: received(world) >= 0, timeout=120, what=f"the database after killing {part}")
    delivered = received(world)
    back += wait_until(lambda: received(world) > delivered, timeout=120, what=f"any message after killing {part}")
    return {"killed": part, "messages in": delivered, "seconds until the next message": round(back, 2)}


def empty_the_broker(world: World) -> None:
    """Lose every message that the broker holds: they are hints, the next beat repeats them."""
    address = str(places.broker_socket(world.here.var / "broker"))
    wait_until(lambda: _emptied(address), what="emptying the broker")


def _emptied(address: str) -> bool:
    """Whether the broker took the order; one that was just started again has no socket yet, or is still loading."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(address)
            line.sendall(b"FLUSHALL\r\n")
            return line.recv(100) == b"+OK\r\n"
        except OSError:
            return False


def hook_of(part: str) -> str:
    """Return the command that kills a server which is not ours."""
    name = {"broker": "BROKER", "postgres": "DATABASE"}.get(part, "")
    return os.environ[f"FAULTS_KILL_{name}"] if f"{name}_URL" in external() else ""


def replaced(world: World, part: str, killed: set[int]) -> bool:
    now = {process.pid for process in world.here.parts(part)}
    return len(now) == len(killed) and not now & killed


def received(world: World) -> int:
    """Count what is in the mailbox; -1 while nobody can tell."""
    try:
        return world.count("from campaigns_mailboxmessage")
    except psycopg.Error:  # the database is away
        return -1


def killable() -> list[str]:
    """The parts that this installation lets us kill, in the order in which we do it."""
    parts = ["delivery", "flows", "rules", "broker", "mailbox", "postgres", "web"]
    given = external()
    if "BROKER_URL" in given and "FAULTS_KILL_BROKER" not in os.environ:
        parts.remove("broker")
    if "DATABASE_URL" in given and "FAULTS_KILL_DATABASE" not in os.environ:
        parts.remove("postgres")
    return parts


def test_nothing_is_lost_and_nothing_is_sent_twice(world, record_property):
    parts = killable()
    batch = max(10, PEOPLE // 40)
    feeding = world.feed(PEOPLE, batch=batch, pause=0.4)
    history = []
    for number, part in enumerate(parts, start=1):
        enough = PEOPLE * number // (len(parts) + 2)
        wait_until(lambda enough=enough: len(world.acknowledged) // 2 >= enough, timeout=180, what="enough orders")
        history.append(kill(world, part))
        if part == "broker" and "BROKER_URL" not in external():
            empty_the_broker(world)
    wait_until(lambda: not feeding.is_alive(), timeout=300, what="the end of the feed")
    resting = wait_until(at_rest(world), timeout=300, what=f"rest ({world.waiting()})")
    figures = {"people": PEOPLE, "kills": history, "seconds until rest": round(resting, 1), **tally(world)}
    record_property("figures", figures)
    write(figures)
    assert len(set(world.acknowledged)) == 2 * PEOPLE
    assert_each_order_had_its_consequences_once(world)
    assert_mailbox_and_deliveries_agree(world)
    interrupted = len(world.here.parts("delivery")) * sum(part in {"delivery", "mailbox", "postgres"} for part in parts)
    assert figures["in_doubt"] <= MOST_IN_DOUBT_PER_SENDER * interrupted


def at_rest(world: World) -> Callable[[], bool]:
    """Rest: nothing waits anywhere, and no send is under way or waits for its lease to end."""

    def resting() -> bool:
        under_way = "from campaigns_delivery where state in ('pending', 'held', 'claimed', 'sending')"
        return not any(world.waiting().values()) and not world.count(under_way)

    return resting


def tally(world: World) -> dict[str, int]:
    """Count the messages by what became of them."""
    by_state = dict(world.ask("select state, count(*) from campaigns_delivery group by 1"))
    arrived = world.count(
        "from campaigns_delivery d where state = 'in_doubt' and exists (select from campaigns_mailboxmessage m "
        "where m.message_id like '%%' || d.id::text || '%%')"
    )
    counts = {state: by_state.get(state, 0) for state in ("sent", "in_doubt", "failed", "blocked")}
    return counts | {
        "in_doubt that had arrived": arrived,
        "in the mailbox": world.count("from campaigns_mailboxmessage"),
    }


def write(figures: dict[str, object]) -> None:
    print(json.dumps(figures, indent=2))
    if path := os.environ.get("FAULTS_REPORT"):
        Path(path).write_text(json.dumps(figures, indent=2) + "\n")


def assert_each_order_had_its_consequences_once(world: World) -> None:
    """I1 to I3: each acknowledged event is stored once, judged once, and had one run with one message."""
    assert world.count("from audiences_event where name = 'order_paid'") == PEOPLE
    assert world.count("from audiences_person") == PEOPLE
    assert world.count("from campaigns_firing") == PEOPLE
    assert world.count("from (select subject_id from campaigns_run group by 1) as people") == PEOPLE
    assert world.count("from campaigns_run") == PEOPLE
    assert world.count("from campaigns_run where state <> 'ended'") == 0
    assert world.count("from campaigns_delivery") == PEOPLE
    assert world.count("from campaigns_parkedevent") == 0


def assert_mailbox_and_deliveries_agree(world: World) -> None:
    """I4: what we call sent has arrived, nothing has arrived twice, and the rest is openly in doubt."""
    twice = world.ask("select message_id, count(*) from campaigns_mailboxmessage group by 1 having count(*) > 1")
    people_twice = world.ask("select recipients, count(*) from campaigns_mailboxmessage group by 1 having count(*) > 1")
    assert (twice, people_twice) == ([], [])
    assert world.count("from campaigns_delivery where state not in ('sent', 'in_doubt')") == 0
    lost = world.ask(
        "select d.id from campaigns_delivery d where state = 'sent' and not exists (select from "
        "campaigns_mailboxmessage m where m.message_id like '%%' || d.id::text || '%%')"
    )
    assert lost == []
