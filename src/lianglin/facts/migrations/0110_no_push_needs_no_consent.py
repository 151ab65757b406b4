"""That somebody declines pushed matches is kept so that it is heeded (PIPL 24): no consent is asked for a refusal."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("facts", "0100_elements_for_benefits")]

    operations = [
        migrations.RunSQL(
            "update facts_dataelement set basis = 'statutory_duty' where code = 'person.no_push' and sample",
            migrations.RunSQL.noop,
        )
    ]
