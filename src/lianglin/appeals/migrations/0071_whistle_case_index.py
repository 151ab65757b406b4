from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """The calls that name one appeal."""

    atomic = False

    dependencies = [
        ("appeals", "0070_term_changes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="whistlecall",
            index=models.Index(
                fields=["case"], name="appeals_whistle_case", condition=models.Q(("case__isnull", False))
            ),
        ),
    ]
