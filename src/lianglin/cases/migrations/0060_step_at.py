from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Steps in the order of their time: what changed since a moment is read without reading all cases."""

    atomic = False
    dependencies = [("cases", "0055_calendar_days")]

    operations = [
        AddIndexConcurrently(
            model_name="step",
            index=models.Index(fields=["at", "id"], name="cases_step_at"),
        ),
    ]
