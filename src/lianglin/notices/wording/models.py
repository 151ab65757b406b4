"""Versions of the texts that people are sent: of the whole city, or of a district."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import OfAnArea, apart


class TextVersion(OfAnArea):
    """One version of a message's texts. Approved, it counts from its day until the next one; it never changes (database.py).

    Nothing in it is personal: names of placeholders stand where a message has values.
    """

    code = models.CharField(_("kind of message"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    shipped = models.BooleanField(_("back to the text that came with the software"), default=False)
    zh = models.TextField(_("Chinese text"), blank=True)
    elder = models.TextField(_("text for elderly readers"), blank=True)
    en = models.TextField(_("English text"), blank=True)
    from_on = models.DateField(_("in force from"))
    aside_at = models.DateTimeField(_("set aside at"), null=True)
    """The software's message changed and this text no longer fits: the shipped text is sent instead."""
    aside_why = models.CharField(_("why it was set aside"), max_length=200, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("version of a message's text")
        verbose_name_plural = _("versions of messages' texts")
        constraints = [
            models.UniqueConstraint(fields=["code", "scope_code", "version"], name="notices_text_version"),
            models.UniqueConstraint(
                fields=["code", "scope_code"],
                condition=models.Q(state="waiting"),
                name="notices_text_waits_once",
            ),
            apart("notices_text_two_people"),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="notices_text_decided",
            ),
        ]

    @property
    def texts(self) -> dict[str, str]:
        """Its texts by variant, as a manifest has them; {} for the shipped ones."""
        found = {"zh-hans": self.zh, "elder": self.elder, "en": self.en}
        return {variant: text for variant, text in found.items() if text and not self.shipped}
