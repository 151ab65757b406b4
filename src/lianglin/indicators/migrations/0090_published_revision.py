"""A published value says by which definition it was counted, since when it stands, and how often it was revised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0080_values")]

    operations = [
        migrations.AlterField(
            model_name="publishedvalue",
            name="hidden",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "shown"),
                    ("hidden", "not shown: fewer than ten, or it would give such a number away"),
                ],
                max_length=6,
                verbose_name="hidden because",
            ),
        ),
        migrations.AddField(
            model_name="publishedvalue",
            name="definition_version",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=10,
                verbose_name="version of the definition",
            ),
        ),
        migrations.AddField(
            model_name="publishedvalue",
            name="first_published_at",
            field=models.DateTimeField(null=True, verbose_name="first published at"),
        ),
        migrations.AddField(
            model_name="publishedvalue",
            name="revision",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="how often it was revised"
            ),
        ),
    ]
