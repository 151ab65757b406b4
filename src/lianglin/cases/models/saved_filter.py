"""A named choice of filters of a list, kept by a post, shared with its unit when it says so."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post


class SavedFilter(models.Model):
    """What a list was narrowed to, under a name. Holds codes of filters, nothing about a person."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    list_code = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name of the filter"), max_length=24)
    query = models.JSONField(_("narrowed by"), default=dict)
    shared = models.BooleanField(_("shared with the unit"), default=False)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["post", "list_code", "name"], name="cases_filter_name")
        ]
        indexes = [models.Index(fields=["organisation", "list_code"], name="cases_filter_unit")]
