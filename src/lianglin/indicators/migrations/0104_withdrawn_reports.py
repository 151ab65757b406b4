"""A report can be withdrawn; a copy says what it corrects, and by what it was replaced."""

from django.db import migrations, models


def _text(name: str, words: str, length: int = 200, model: str = "report") -> migrations.AddField:
    field = models.CharField(blank=True, db_default="", default="", max_length=length, verbose_name=words)
    return migrations.AddField(model, name, field)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0103_runs_of_a_schedule")]

    operations = [
        migrations.AddField("report", "recalled_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
        _text("recalled_by", "withdrawn by the post", 80),
        _text("recalled_why", "why it was withdrawn"),
        migrations.AlterField(
            "report", "state",
            models.CharField(
                choices=[
                    ("making", "being made"), ("draft", "draft"), ("issued", "issued"), ("replaced", "replaced by a later version"),
                    ("recalled", "withdrawn"), ("refused", "not made"),
                ],
                default="making", max_length=8, verbose_name="state",
            ),
        ),
        migrations.AddField(
            "receivedreport", "version",
            models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="number of the version"),
        ),
        migrations.AddField(
            "receivedreport", "corrects", models.UUIDField(null=True, verbose_name="key of the report that it corrects")
        ),
        _text("why", "why it is corrected", model="receivedreport"),
        migrations.AddField(
            "receivedreport", "ended_at", models.DateTimeField(null=True, verbose_name="replaced or withdrawn at")
        ),
        _text("ended_why", "why it was replaced or withdrawn", model="receivedreport"),
        migrations.AddField(
            "receivedreport", "ended_by", models.UUIDField(null=True, verbose_name="key of the report that replaced it")
        ),
    ]  # fmt: skip
