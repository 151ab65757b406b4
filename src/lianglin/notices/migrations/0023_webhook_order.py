from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notices", "0022_webhook_lease")]

    operations = [
        AddIndexConcurrently(
            model_name="webhookcall",
            index=models.Index(condition=models.Q(("state", "queued")), fields=["endpoint", "case_id", "id"], name="notices_call_before"),
        ),
    ]
