"""An index over the facts that rest on a consent: its withdrawal finds them, whatever they are about."""

from typing import Any

from django.db import migrations, models

WHERE = "where consent_id is not null"
NAME = "facts_fact_consent"


def build(apps: Any, schema_editor: Any) -> None:
    """Partition by partition while others write; a run that was cut off is taken up again.

    PostgreSQL cannot build an index over a whole partitioned table concurrently: the one of the whole is declared
    without its parts, each part is built by itself and attached.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"create index if not exists {NAME} on only facts_fact (consent_id) {WHERE}")
        cursor.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'facts_fact'::regclass order by 1"
        )
        for (part,) in cursor.fetchall():
            name = f"{part}_consent"
            cursor.execute("select indisvalid from pg_index where indexrelid = to_regclass(%s)", [name])
            found = cursor.fetchone()
            if found == (False,):
                cursor.execute(f"drop index concurrently {name}")
            if found != (True,):
                cursor.execute(f"create index concurrently {name} on {part} (consent_id) {WHERE}")
            cursor.execute(
                "select count(*) from pg_inherits where inhrelid = to_regclass(%s)", [name]
            )
            if cursor.fetchone() == (0,):
                cursor.execute(f"alter index {NAME} attach partition {name}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("facts", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(build, migrations.RunPython.noop, elidable=False)
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name="fact",
                    index=models.Index(
                        fields=["consent_id"],
                        name=NAME,
                        condition=models.Q(consent_id__isnull=False),
                    ),
                )
            ],
        )
    ]
