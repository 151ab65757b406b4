"""Indexes of tables that are full: built beside the work that goes on (no lock that writers wait for)."""

from lianglin.kit.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('access', '0014_keys'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='post',
            index=models.Index(fields=['role_code', '-id'], name='access_post_role'),
        ),
        AddIndexConcurrently(
            model_name='accesslog',
            index=models.Index(condition=models.Q(('break_glass__isnull', False)), fields=['break_glass', 'id'], name='access_log_glass'),
        ),
    ]
