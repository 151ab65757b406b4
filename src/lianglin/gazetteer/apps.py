from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GazetteerConfig(AppConfig):
    name = "lianglin.gazetteer"
    verbose_name = _("Register of places")
    default_auto_field = "django.db.models.BigAutoField"
