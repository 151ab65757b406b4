from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0023_webhook_order")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="sending_until",
            field=models.DateTimeField(null=True, verbose_name="taken up by a sender until"),
        ),
    ]
