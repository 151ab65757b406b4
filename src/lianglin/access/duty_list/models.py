"""The duty list of communities, as dated rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import ScopeCodeField


class CommunityDuty(models.Model):
    """One thing that the communities of an area may be asked to do, by themselves or as a help to others."""

    class Kind(models.TextChoices):
        OWN = "own", _("own duty")
        ASSIST = "assist", _("assists others")

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    code = models.CharField(_("code"), max_length=20)
    text = models.CharField(_("duty"), max_length=120)
    text_en = models.CharField(_("duty in English"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    basis = models.CharField(_("basis"), max_length=160)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("duty of communities")
        verbose_name_plural = _("duty list of communities")
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "code", "valid_from"], name="access_duty_once")
        ]

    @property
    def label(self) -> str:
        """The duty in the reader's language."""
        return self.text_en if self.text_en and get_language() == "en" else self.text
