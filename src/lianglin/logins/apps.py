from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoginsConfig(AppConfig):
    name = "lianglin.logins"
    verbose_name = _("Residents' login")
    default_auto_field = "django.db.models.BigAutoField"
