"""Counts that anybody may read: suppressed before they are stored, so that no small count lies in a public table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import ScopeCodeField


class OpenCount(models.Model):
    """Cases reported in one month, of one class, in one community; None where the cell is suppressed."""

    month = models.DateField(_("month"))
    scope_code = ScopeCodeField()
    category_code = models.CharField(_("code of the class"), max_length=6, blank=True)
    """"" : all classes together."""
    closed = models.PositiveIntegerField(_("closed"), null=True)
    open = models.PositiveIntegerField(_("not closed"), null=True)
    received = models.PositiveIntegerField(_("reported"), null=True)
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("open count")
        verbose_name_plural = _("open counts")
        constraints = [
            models.UniqueConstraint(fields=["month", "category_code", "scope_code"], name="appeals_open_cell")
        ]


class OpenFile(models.Model):
    """One yearly file of open data, as it is fetched, with its digest."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV text")
        JSON = "json", _("JSON")

    year = models.PositiveSmallIntegerField(_("year"))
    format = models.CharField(_("format"), max_length=4, choices=Format)
    rows = models.PositiveIntegerField(_("rows"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("contents"))
    counted_at = models.DateTimeField(_("data as of"))

    class Meta:
        verbose_name = _("file of open data")
        verbose_name_plural = _("files of open data")
        constraints = [models.UniqueConstraint(fields=["year", "format"], name="appeals_open_file")]
