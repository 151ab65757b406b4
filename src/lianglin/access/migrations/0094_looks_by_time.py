"""Looks of a month among those of years, for the figures."""

import django.contrib.postgres.indexes
from django.db import migrations

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("access", "0093_seal_whole")]

    operations = [
        AddIndexConcurrently(
            "accesslog",
            django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="access_log_at", autosummarize=True),
        ),
    ]
