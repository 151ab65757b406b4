"""The runs of one schedule, the newest first: it may have two hundred places and run for years."""

from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("indicators", "0102_composed_reports")]

    operations = [
        AddIndexConcurrently("schedulerun", models.Index(fields=["schedule", "-id"], name="indicators_run_schedule")),
    ]
