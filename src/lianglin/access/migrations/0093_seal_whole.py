from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0092_work_leases")]

    operations = [
        migrations.AddField(
            "auditseal",
            "whole",
            models.BooleanField(db_default=True, default=True, verbose_name="all chains"),
        ),
    ]
