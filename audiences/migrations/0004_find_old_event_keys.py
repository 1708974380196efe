"""Lets the hourly clean-up of event keys skip all that is young: keys are added in the order of their event ids."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audiences", "0003_event_tables")]
    operations = [
        migrations.RunSQL(
            "-- the keys older than 35 days\n"
            "create index audiences_event_key_age on audiences_event_key using brin (event_id)",
            "drop index audiences_event_key_age",
        )
    ]
