"""Runs say when they came to the node that they stand at; those under way count from now."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_due_includes_held_deliveries")]
    operations = [
        migrations.AddField(
            model_name="run",
            name="arrived_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        )
    ]
