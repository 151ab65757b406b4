from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "lianglin.privacy"
    verbose_name = _("Data protection")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connects the reader of the impact assessments to the gate."""
        from lianglin.kit import live
        from lianglin.privacy.queries.assessments import assessed

        live.connect(assessed)
