from django.db import migrations, models

from lianglin.kit.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notices", "0020_wishes_and_texts")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(condition=models.Q(('address_match__isnull', False)), fields=['address_match', '-id'], name='notices_message_recipient'),
        ),
    ]
