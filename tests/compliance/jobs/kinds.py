"""Kinds of jobs that only tests have."""

import time

from django.db import connection, transaction

from compliance import jobs
from compliance.jobs.models import JobFile
from config.kit.errors import refuse
from config.kit.ids import uuid7
from tests.factories import NOON, actor

NOTED: list[object] = []


@jobs.kind("tests.count", text="Counting", file_scope="people:read")
def count(work):
    """Count to `to`, one file per number (so that doing one twice shows), and stop where `hurdle` says."""
    to = work.arguments["to"]
    work.total(to)
    for number in range(work.checkpoint.get("next", 0), to):
        if number == work.arguments.get("hurdle"):
            hurdle(work)
        with transaction.atomic():
            note(work, number)
            work.done += 1
            work.save({"next": number + 1})
        work.advance(0)
        time.sleep(work.arguments.get("pause", 0))
    work.say("counted")
    return {"counted": to}


def hurdle(work):
    match work.arguments["what"]:
        case "die":
            raise SystemExit("the worker dies")
        case "refuse":
            raise refuse("/to", "is too far", "Count less.")
        case "break":
            raise ZeroDivisionError
        case "sleep":
            with connection.cursor() as cursor:
                cursor.execute("select pg_sleep(20)")


def note(work, number):
    JobFile.objects.create(
        id=uuid7(), workspace_id=work.workspace_id, name=f"{number}", created_at=NOON, expires_at=NOON
    )


@jobs.kind("tests.export", text="Exporting", file_scope="people:read")
def export(work):
    rows = ([number, f"=cmd|{number}", None, -3, "+8613800000000"] for number in range(work.arguments["rows"]))
    header = ["number", "text", "nothing", "minus", "phone"]
    return jobs.write_csv(work, name="rows.csv", header=header, rows=rows, total=work.arguments["rows"])


def start(workspace, kind="tests.count", *, title="A job", now=None, **arguments):
    who = actor()
    return jobs.start(kind, workspace_id=workspace.pk, title=title, arguments=arguments, actor=who, now=now or NOON)


def numbers(workspace):
    names = JobFile.objects.filter(workspace_id=workspace.pk).values_list("name", flat=True)
    return sorted(int(name) for name in names)
