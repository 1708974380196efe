"""The programs that the e-mail bench compares, each in a process of its own: `python -m tests.bench.limits.mail`.

`raw` is smtplib in a loop with ready-made bytes, `django` builds and sends with Django's EmailMultiAlternatives over
one connection, `ours` is the whole way from the outbox to the settled row; `ours-no-trail` is without the audit.
"""

import json
import os
import resource
import smtplib
import sys
from time import perf_counter
from typing import Any

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection

from config.kit.memory import settle_in

FIRST_NAMES = ("Anni", "Bea", "Carl", "Dora")
PARAGRAPH = "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.</p>\n"
TEMPLATE = {
    "key": "bench",
    "channel": "email",
    "subject": "Thank you, {{ person.first_name | default: 'friend' }}",
    "body": "Dear {{ person.first_name }},\nthank you for {{ event.amount }}.\n{{ links.unsubscribe }}\n",
    "html": "<html><body><h1>Dear {{ person.first_name }}</h1>\n"
    + PARAGRAPH * 25
    + "<a href='{{ links.unsubscribe }}'>Unsubscribe</a></body></html>\n",
}
LINK = "http://127.0.0.1:8400/unsubscribe/" + "x" * 78


def raw(port: int, count: int) -> int:
    message = EmailMultiAlternatives(**_texts(0)).message().as_bytes(linesep="\r\n")
    with smtplib.SMTP("127.0.0.1", port) as client:
        measure(lambda: [client.sendmail("a@bench.example", [f"u{n}@example.com"], message) for n in range(count)])
    return count


def django_send(port: int, count: int) -> int:
    link = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    link.open()

    def send() -> None:
        for number in range(count):
            message = EmailMultiAlternatives(**_texts(number), connection=link)
            message.attach_alternative(_html(number), "text/html")
            message.send()

    measure(send)
    return count


def ours(port: int, count: int, *, trail: bool = True) -> int:
    from campaigns.delivery.drain import drain  # noqa: PLC0415 - needs the apps
    from config.kit import clock  # noqa: PLC0415

    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.AUDIT_ENABLED = trail
    _fill(100)
    drain(clock.now(), budget=60, tick=clock.now)
    _fill(count)
    return measure(lambda: drain(clock.now(), budget=60, tick=clock.now)).sent


def measure(work: Any) -> Any:
    """Do the work; keep its seconds and this process's CPU seconds."""
    settle_in()  # all of them, as the product's workers do
    before, start = _cpu(), perf_counter()
    result = work()
    measured.update(seconds=perf_counter() - start, cpu=_cpu() - before)
    return result


measured: dict[str, float] = {}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _texts(number: int) -> dict[str, Any]:
    name = FIRST_NAMES[number % 4]
    body = f"Dear {name},\nthank you for {number}.\n{LINK}\n" if number else "Dear Anni\n" + PARAGRAPH * 25
    return {
        "subject": f"Thank you, {name}",
        "body": body,
        "from_email": "a@bench.example",
        "to": [f"u{number}@b.example"],
    }


def _html(number: int) -> str:
    return TEMPLATE["html"].replace("{{ person.first_name }}", FIRST_NAMES[number % 4])


def _fill(count: int) -> None:
    """Make people, their consent, their runs and one pending delivery each."""
    from campaigns.delivery.intents import Intent, open_many  # noqa: PLC0415
    from campaigns.flows.models import Run  # noqa: PLC0415
    from config.kit import clock  # noqa: PLC0415
    from tests.campaigns.delivery.world import World, world  # noqa: PLC0415

    made: World = world(key=os.urandom(6).hex())
    version, now = made.template(**TEMPLATE), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [made.workspace.pk, list(FIRST_NAMES), count])
        people = [row[0] for row in cursor.fetchall()]
        cursor.execute(CONSENTS, [made.workspace.pk, people])
        cursor.execute(RUNS, {"of": made.run(_Person(people[0])).pk, "people": people})
        runs = Run.objects.filter(flow=made.flow, state="active").values_list("pk", "subject_id")
        intents = [
            Intent(
                workspace_id=made.workspace.pk,
                flow_id=made.flow.pk,
                node="mail",
                run_id=run,
                person_id=person,
                channel="email",
                purpose="marketing",
                template_version_id=version,
            )
            for run, person in runs
        ]
        open_many(intents, now=now)
        cursor.execute("vacuum analyze campaigns_delivery, campaigns_run, audiences_person, compliance_consent")


class _Person:
    def __init__(self, pk: Any) -> None:
        self.pk = pk


PEOPLE = """
insert into audiences_person
    (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen)
select gen_random_uuid(), %s, 'u' || n, jsonb_build_object('email', 'u' || n || '@example.com', 'first_name',
       (%s::text[])[1 + n %% 4]), '{}', now(), now()
from generate_series(1, %s) n returning id
"""
CONSENTS = """
insert into compliance_consent (workspace_id, person_id, channel, purpose, state, source, evidence, changed_at)
select %s, unnest(%s::uuid[]), 'email', 'marketing', 'granted', 'bench', '{}', now()
"""
# one run as the factory makes it, then the same for everybody else
RUNS = """
insert into campaigns_run select made.* from campaigns_run model, unnest((%(people)s::uuid[])[2:]) as person,
    jsonb_populate_record(null::campaigns_run, to_jsonb(model) || jsonb_build_object(
        'id', gen_random_uuid(), 'subject_id', person, 'entry_key', person)) as made
where model.id = %(of)s
"""
PROGRAMS = {
    "raw": raw,
    "django": django_send,
    "ours": ours,
    "ours-no-trail": lambda port, count: ours(port, count, trail=False),
}


if __name__ == "__main__":
    django.setup()
    program, port, count = sys.argv[1:]
    sent = PROGRAMS[program](int(port), int(count))
    print(json.dumps({"sent": sent, **measured}))
