"""Standard texts (规范用语) of answers, refusals and extensions: of the city or of a street, in versions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import OfAnArea, apart
from lianglin.appeals.rules import texts


class StandardText(OfAnArea):
    """One version of a text. The newest approved one of its series counts until it is retired.

    A street's text counts at once; one of a district or the city after a second look. ``frame``: sentences that every
    text of the areas below for the same move must keep.
    """

    series = models.UUIDField(_("series of versions"))
    version = models.PositiveIntegerField(_("version"))
    move = models.CharField(_("for which step"), max_length=12, choices=texts.MOVES)
    item_code = models.CharField(_("for which item (code)"), max_length=6, blank=True)
    title = models.CharField(_("title"), max_length=60)
    body = models.TextField(_("text"), max_length=texts.LONGEST)
    frame = models.TextField(_("sentences that texts below must keep"), max_length=600, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="appeals_text_version"),
            models.UniqueConstraint(
                fields=["series"], condition=models.Q(state="waiting"), name="appeals_text_waits_once"
            ),
            apart("appeals_text_two_people"),
        ]
        indexes = [models.Index(fields=["scope_code", "move", "series", "-version"], name="appeals_text_use")]
