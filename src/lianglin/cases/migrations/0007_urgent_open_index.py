"""Indexes of tables that are full: built beside the work that goes on (no lock that writers wait for)."""

from lianglin.kit.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('cases', '0006_on_call'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('urgent', True)), fields=['opened_at'], name='cases_urgent_open'),
        ),
    ]
