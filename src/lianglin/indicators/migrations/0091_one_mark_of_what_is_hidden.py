"""Why a cell is hidden is no longer told: which of two hidden numbers is the small one would bound it closer."""

from typing import Any

from django.db import migrations

from lianglin.kit.operations import InBatches


def forget_why(apps: Any, rows: Any) -> None:
    """One mark for both reasons."""
    rows.filter(hidden__in=["few", "guard"]).update(hidden="hidden")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("indicators", "0090_published_revision")]

    operations = [InBatches("indicators.PublishedValue", forget_why)]
