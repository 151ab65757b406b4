"""A list taken out as a file, or a morning sheet: asked for with a purpose, made, fetched, erased."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField


class Export(models.Model):
    """One file of one post. Its contents live for a limited time; that it was made, by whom and why, stays longer."""

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", _("CSV text")
        PDF = "pdf", _("PDF sheet")

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        READY = "ready", _("ready")
        REFUSED = "refused", _("not made")
        ERASED = "erased", _("erased")

    key = models.UUIDField(_("key of the file"), unique=True)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    low = models.CharField(_("place when it was asked for"), max_length=12, blank=True)
    list_code = models.CharField(_("list"), max_length=40)
    query = models.JSONField(_("narrowed by"), default=dict)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    format = models.CharField(_("format"), max_length=4, choices=Format)
    purpose = models.CharField(_("purpose"), max_length=40)
    reason = models.CharField(_("what it is for"), max_length=120)
    asked_at = models.DateTimeField(_("asked for at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    cut = models.BooleanField(_("more rows fitted than a file holds"), default=False)
    expires_at = models.DateTimeField(_("erased at"))
    fetched = models.PositiveIntegerField(_("times fetched"), default=0)
    content = EncryptedTextField(_("contents"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("file taken out")
        verbose_name_plural = _("files taken out")
        indexes = [
            models.Index(fields=["post", "-id"], name="cases_export_post"),
            models.Index(fields=["expires_at"], name="cases_export_expires"),
        ]
