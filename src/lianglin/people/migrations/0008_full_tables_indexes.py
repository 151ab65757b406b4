"""Indexes of tables that are full: built beside the work that goes on (no lock that writers wait for)."""

from lianglin.kit.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('people', '0007_moved_away'),
    ]

    operations = [
        migrations.RunSQL(
            "update people_resident set ended_on = least(died_on, left_on)"
            " where ended_on is distinct from least(died_on, left_on)",
            migrations.RunSQL.noop,
        ),
        AddIndexConcurrently(
            model_name='resident',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='people_resident_merged'),
        ),
        AddIndexConcurrently(
            model_name='resident',
            index=models.Index(condition=models.Q(('ended_on__isnull', False)), fields=['ended_on'], name='people_resident_ended'),
        ),
    ]
