"""Ways to reach somebody."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Ways to reach somebody."""

    SMS = "sms", _("text message")
    EMAIL = "email", _("e-mail")
    IN_APP = "in_app", _("message to a post")
    PAPER = "paper", _("letter")
    WEBHOOK = "webhook", _("program of another office")
