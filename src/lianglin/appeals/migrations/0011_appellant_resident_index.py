"""Indexes of tables that are full: built beside the work that goes on (no lock that writers wait for)."""

from lianglin.kit.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('appeals', '0010_appellant_resident'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='appellant',
            index=models.Index(condition=models.Q(('resident_id__isnull', False)), fields=['resident_id', '-case'], name='appeals_appellant_resident'),
        ),
    ]
