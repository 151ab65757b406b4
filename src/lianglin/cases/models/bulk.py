"""One move made on many cases at once, with what became of each."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post


class BulkMove(models.Model):
    """What one post asked to be done to many cases, once: a form sent twice finds what the first one did.

    ``lines`` holds for each case its id and number, whether it was moved, and why not.
    """

    key = models.UUIDField(_("key of the form"), unique=True)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    kind = models.CharField(_("kind"), max_length=20)
    move = models.CharField(_("move"), max_length=20)
    at = models.DateTimeField(_("at"))
    finished = models.BooleanField(_("finished"), default=False)
    lines = models.JSONField(_("what became of each case"), default=list)

    class Meta:
        verbose_name = _("bulk move")
        verbose_name_plural = _("bulk moves")
        indexes = [models.Index(fields=["post", "-id"], name="cases_bulk_post")]

    @property
    def done(self) -> list[dict[str, Any]]:
        """The cases that were moved."""
        return [line for line in self.lines if line["done"]]

    @property
    def refused(self) -> list[dict[str, Any]]:
        """The cases that stayed as they were, each with the reason."""
        return [line for line in self.lines if not line["done"]]
