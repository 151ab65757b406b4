from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0021_message_recipient")]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="called_until",
            field=models.DateTimeField(null=True, verbose_name="taken up by a caller until"),
        ),
    ]
