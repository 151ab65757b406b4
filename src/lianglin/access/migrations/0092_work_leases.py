from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0090_work_runs")]

    operations = [
        migrations.AddField(
            "workrun",
            "holder",
            models.CharField(blank=True, db_default="", default="", max_length=16, verbose_name="held by"),
        ),
        migrations.AddField("workrun", "held_until", models.DateTimeField(null=True, verbose_name="held until")),
    ]
