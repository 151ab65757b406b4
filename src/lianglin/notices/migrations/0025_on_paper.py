"""What stands on paper instead of a link that is the recipient's alone; what cannot be delivered is not called "refused"."""

from django.db import migrations, models

STATES = [
    ("waiting", "is tried again"), ("held", "waits for its hour"), ("joined", "joined with a later message"),
    ("unwanted", "not sent, as the person wishes"), ("sent", "sent"), ("delivered", "arrived"), ("failed", "given up"),
    ("refused", "cannot be delivered"), ("to_print", "to print"), ("printed", "printed, to hand over"), ("handed_over", "handed over"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("notices", "0024_message_lease")]

    operations = [
        migrations.AddField(
            "message", "paper_link",
            models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="page it leads to on paper"),
        ),
        migrations.AlterField(
            "delivery", "state", models.CharField(choices=STATES, max_length=11, verbose_name="state")
        ),
    ]  # fmt: skip
