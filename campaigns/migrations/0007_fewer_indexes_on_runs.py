"""Runs and steps drop the indexes that Django adds for keys: constraints and named indexes serve every query."""

from django.db import migrations, models
from django.db.models import CASCADE, PROTECT


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_run_arrival")]
    operations = [
        migrations.AlterField(
            "run", "flow", models.ForeignKey("campaigns.Flow", PROTECT, related_name="runs", db_index=False)
        ),
        migrations.AlterField(
            "run", "version", models.ForeignKey("campaigns.FlowVersion", PROTECT, related_name="+", db_index=False)
        ),
        migrations.AlterField(
            "step", "run", models.ForeignKey("campaigns.Run", CASCADE, related_name="steps", db_index=False)
        ),
    ]
