from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationConfig(AppConfig):
    name = "lianglin.operation"
    verbose_name = _("Operation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keeps what the house counts of its own failures."""
        from lianglin.kit import mishaps
        from lianglin.operation.actions import keep

        mishaps.connect(keep)
