from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0092_hotline_return_scope")]

    operations = [
        migrations.AddField(
            model_name="webhookdelivery",
            name="called_until",
            field=models.DateTimeField(null=True, verbose_name="taken up by a caller until"),
        ),
    ]
