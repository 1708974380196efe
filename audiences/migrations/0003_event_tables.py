"""The event table, partitioned by month of receipt, and the narrow table that makes message ids unique."""

from datetime import UTC, datetime

from django.db import migrations

from audiences.intake.partitions import create_sql, months_from

EVENT = """
create table audiences_event (
    id uuid not null,
    person_id uuid not null,
    event_time timestamptz not null,
    workspace_id integer not null,
    kind smallint not null,
    name text not null,
    user_id text,
    anonymous_id text,
    properties jsonb not null,
    context jsonb,
    primary key (id)
) partition by range (id);
-- timelines, windows and sequences of one person
create index audiences_event_person on audiences_event (person_id, event_time);
-- events of a period over all people (replay, reports)
create index audiences_event_time on audiences_event using brin (event_time);
create table audiences_event_other partition of audiences_event default;
"""

KEYS = """
create table audiences_event_key (
    workspace_id integer not null,
    digest uuid not null,
    event_id uuid not null,
    body bigint not null,
    primary key (workspace_id, digest)
) partition by hash (digest);
""" + "".join(
    f"create table audiences_event_key_{n} partition of audiences_event_key "
    f"for values with (modulus 8, remainder {n});"
    for n in range(8)
)


def make_partitions(apps, schema_editor):
    for month in months_from(datetime.now(UTC).date(), 3):
        schema_editor.execute(create_sql(month))


class Migration(migrations.Migration):
    dependencies = [("audiences", "0002_initial")]
    operations = [
        migrations.RunSQL(EVENT, "drop table audiences_event"),
        migrations.RunSQL(KEYS, "drop table audiences_event_key"),
        migrations.RunPython(make_partitions, migrations.RunPython.noop),
    ]
