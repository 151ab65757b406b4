"""The registers of the protection officer. They name bodies, never persons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.privacy import rules

BASIS = [(code, label) for code, label in rules.BASES.items()]


class Processor(models.Model):
    """A body that processes data for the city, under a contract (PIPL art. 21)."""

    name = models.CharField(_("name of the body"), max_length=80)
    task = models.CharField(_("what it does for us"), max_length=200)
    data = models.CharField(_("which data"), max_length=200)
    contract = models.CharField(_("contract"), max_length=80)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)
    contact = models.CharField(_("duty phone of the body"), max_length=60)
    checked_on = models.DateField(_("last checked on"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("processor")
        verbose_name_plural = _("processors")


class Sharing(models.Model):
    """One giving of data to another body (PIPL art. 23, 条例 art. 12): kept three years at least."""

    receiver = models.CharField(_("receiver"), max_length=80)
    contact = models.CharField(_("duty phone of the body"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=200)
    data = models.CharField(_("which data"), max_length=200)
    basis = models.CharField(_("legal basis"), max_length=16, choices=BASIS)
    basis_words = models.CharField(_("law, article; or where the separate consent is kept"), max_length=160)
    persons = models.PositiveIntegerField(_("persons concerned"))
    shared_on = models.DateField(_("given on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+"
    )
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("record of sharing")
        verbose_name_plural = _("records of sharing")


class Assessment(models.Model):
    """An impact assessment of one domain (PIPL arts 55, 56). Written by one post, approved by another."""

    domain = models.CharField(_("service"), max_length=40)
    necessity = models.TextField(_("purpose, and whether it is lawful and needed"))
    risks = models.TextField(_("effect on persons, and risks"))
    measures = models.TextField(_("measures, and whether they fit the risk"))
    result = models.CharField(_("result"), max_length=8, choices=rules.RESULTS)
    valid_until = models.DateField(_("valid until"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(Post, models.PROTECT, null=True, verbose_name=_("made by"), related_name="+")
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, verbose_name=_("approved by"), related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("impact assessment")
        verbose_name_plural = _("impact assessments")
        indexes = [models.Index(fields=["domain", "-id"], name="privacy_assessment_domain")]

    @property
    def state_label(self) -> str:
        """Where it stands, in words."""
        if self.withdrawn_at:
            return str(_("withdrawn"))
        return str(_("approved") if self.approved_at else _("waits for approval"))
