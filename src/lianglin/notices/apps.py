from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "lianglin.notices"
    verbose_name = _("Notices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connects the outbox to the house's message port."""
        from lianglin.kit import messages
        from lianglin.notices.actions import put
        from lianglin.notices.delivery.panel import fates

        messages.connect(put, fates)
