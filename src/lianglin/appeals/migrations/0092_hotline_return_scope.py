from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appeals", "0091_petition_warning")]

    operations = [
        AddIndexConcurrently(
            "hotlinereturn",
            models.Index(fields=["scope_code", "state", "-id"], name="appeals_hotline_return_scope"),
        ),
    ]
