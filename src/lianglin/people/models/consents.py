"""What people were asked, in the very words, and what they decided. Both are only ever added to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField
from lianglin.people import rules
from lianglin.people.models.residents import Resident


class ConsentText(models.Model):
    """One version of the words by which a consent is asked (PIPL 14, 17): never changed, only followed by another."""

    purpose = models.CharField(_("purpose"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=90)
    text = models.TextField(_("text as shown"))
    text_en = models.TextField(_("English text as shown"))
    data = models.CharField(_("data concerned"), max_length=300)
    data_en = models.CharField(_("data concerned, in English"), max_length=400)
    basis = models.CharField(_("legal basis"), max_length=200)
    basis_en = models.CharField(_("legal basis, in English"), max_length=300)
    receivers = models.CharField(_("receivers"), max_length=300)
    receivers_en = models.CharField(_("receivers, in English"), max_length=400)
    sensitive = models.BooleanField(_("separate consent for sensitive data"), default=False)
    form_number = models.CharField(_("number of the paper form"), max_length=40)
    renews = models.BooleanField(
        _("asks anew"),
        default=False,
        help_text=_("Purpose, data or receivers changed: earlier consents no longer count (PIPL art. 14)."),
    )
    in_force_from = models.DateTimeField(_("in force from"))
    digest = models.CharField(_("digest of the words"), max_length=64)
    post_id = models.BigIntegerField(_("post that published it"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="people_text_version_once")
        ]

    def _said(self, name: str) -> str:
        english = getattr(self, f"{name}_en") if get_language() == "en" else ""
        return english or getattr(self, name)

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return self._said("title")

    @property
    def text_said(self) -> str:
        """The words in the reader's language."""
        return self._said("text")

    @property
    def data_said(self) -> str:
        """Which data, in the reader's language."""
        return self._said("data")

    @property
    def basis_said(self) -> str:
        """The legal basis in the reader's language."""
        return self._said("basis")

    @property
    def receivers_said(self) -> str:
        """Who receives it, in the reader's language."""
        return self._said("receivers")


class Consent(models.Model):
    """One decision about one purpose: given, refused or withdrawn, on this version of the text. The last one holds."""

    scope_code = ScopeCodeField()
    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="consents"
    )
    text = models.ForeignKey(
        ConsentText, models.PROTECT, verbose_name=_("consent text"), related_name="consents"
    )
    purpose = models.CharField(_("purpose"), max_length=40)
    decision = models.CharField(_("decision"), max_length=10, choices=rules.DECISIONS)
    decided_at = models.DateTimeField(_("decision taken at"))
    channel = models.CharField(_("channel"), max_length=8, choices=rules.CONSENT_CHANNELS)
    guardianship_id = models.BigIntegerField(
        _("guardianship under which it was decided"), null=True, blank=True
    )
    form_number = models.CharField(_("number of the paper form"), max_length=40, blank=True)
    post_id = models.BigIntegerField(_("post that recorded it"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["scope_code", "id"], name="people_consent_scope"),
            models.Index(fields=["resident", "purpose", "-id"], name="people_consent_person"),
        ]
