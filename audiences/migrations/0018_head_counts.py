"""Segments say how many are in them without counting: triggers keep what each statement added or took away."""

from django.db import migrations, models

TRIGGERS = """
create function audiences_stays_added() returns trigger language plpgsql as $$
begin
    insert into audiences_headcount (segment_id, workspace_id, n)
    select segment_id, min(workspace_id), count(*) from added where left_at is null group by segment_id;
    return null;
end $$;

create function audiences_stays_changed() returns trigger language plpgsql as $$
begin
    insert into audiences_headcount (segment_id, workspace_id, n)
    select segment_id, min(workspace_id), sum(n) from (
        select segment_id, workspace_id, 1 as n from changed where left_at is null
        union all select segment_id, workspace_id, -1 from before where left_at is null
    ) moved group by segment_id having sum(n) <> 0;
    return null;
end $$;

create function audiences_stays_removed() returns trigger language plpgsql as $$
begin
    insert into audiences_headcount (segment_id, workspace_id, n)
    select segment_id, min(workspace_id), -count(*) from before where left_at is null group by segment_id;
    return null;
end $$;

create trigger stays_added after insert on audiences_membership
    referencing new table as added for each statement execute function audiences_stays_added();
create trigger stays_changed after update on audiences_membership
    referencing new table as changed old table as before
    for each statement execute function audiences_stays_changed();
create trigger stays_removed after delete on audiences_membership
    referencing old table as before for each statement execute function audiences_stays_removed();

insert into audiences_headcount (segment_id, workspace_id, n)
select segment_id, min(workspace_id), count(*) from audiences_membership where left_at is null group by segment_id;
"""
NO_TRIGGERS = """
drop trigger stays_added on audiences_membership;
drop trigger stays_changed on audiences_membership;
drop trigger stays_removed on audiences_membership;
drop function audiences_stays_added, audiences_stays_changed, audiences_stays_removed;
"""


class Migration(migrations.Migration):

    dependencies = [("audiences", "0017_keep_words_for_less")]

    operations = [
        migrations.CreateModel(
            name="HeadCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("segment_id", models.BigIntegerField()),
                ("workspace_id", models.IntegerField()),
                ("n", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["segment_id"], include=["n"], name="headcount_segment")],
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
