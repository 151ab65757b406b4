"""The registry of data elements and the store of facts.

``Fact`` is partitioned by city district (see migrations and :mod:`lianglin.facts.database`); its rows are only
ever added. Elements are shaped after ISO/IEC 11179: object class, property, value domain, steward.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField

FOREVER = "9999-12-31"


class ValueDomain(models.Model):
    """A set of permitted values (码表)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("value domain")
        verbose_name_plural = _("value domains")


class PermittedValue(models.Model):
    """One value of a domain."""

    domain = models.ForeignKey(
        ValueDomain, models.CASCADE, verbose_name=_("value domain"), related_name="values_in"
    )
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("name"), max_length=80)
    label_en = models.CharField(_("English name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("permitted value")
        verbose_name_plural = _("permitted values")
        constraints = [models.UniqueConstraint(fields=["domain", "code"], name="facts_value_once")]


class DataElement(models.Model):
    """One datum with one owner and one definition; what a form may ask and a fact may say."""

    class ObjectClass(models.TextChoices):
        PERSON = "person", _("person")
        HOUSEHOLD = "household", _("household")
        DWELLING = "dwelling", _("dwelling")

    class Kind(models.TextChoices):
        TEXT = "text", _("short text")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        CODE = "code", _("code of a domain")
        FLAG = "flag", _("yes or no")

    class Sensitivity(models.TextChoices):
        NONE = "none", _("not personal")
        PERSONAL = "personal", _("personal")
        SENSITIVE = "sensitive", _("sensitive personal")

    class Basis(models.TextChoices):
        STATUTORY = "statutory_duty", _("statutory duty")
        CONSENT = "consent", _("consent")
        CONTRACT = "contract", _("contract")
        EMERGENCY = "emergency", _("emergency")

    code = models.CharField(_("code"), max_length=60, unique=True)
    object_class = models.CharField(_("object class"), max_length=10, choices=ObjectClass)
    property_term = models.CharField(_("property"), max_length=50)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=90)
    definition = models.CharField(_("definition"), max_length=200)
    definition_en = models.CharField(_("English definition"), max_length=240)
    kind = models.CharField(_("kind of value"), max_length=8, choices=Kind)
    unit = models.CharField(_("unit of measure"), max_length=12, blank=True)
    domain = models.CharField(_("value domain"), max_length=40, blank=True)
    steward = models.CharField(_("steward"), max_length=60, blank=True)
    standard = models.CharField(_("source of the rule"), max_length=120)
    freshness_days = models.PositiveIntegerField(_("fresh for days"), null=True, blank=True)
    sensitivity = models.CharField(_("class of personal information"), max_length=10, choices=Sensitivity)
    derived_from = models.CharField(_("derived from"), max_length=200, blank=True)
    basis = models.CharField(_("legal basis"), max_length=16, choices=Basis)
    keep = models.CharField(
        _("kept for"), max_length=8, help_text=_("ISO 8601, from the day it was recorded")
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=True)

    class Meta:
        verbose_name = _("data element")
        verbose_name_plural = _("data elements")

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def meaning(self) -> str:
        """The definition in the reader's language."""
        return self.definition_en if self.definition_en and get_language() == "en" else self.definition


class Fact(models.Model):
    """What one source says of one element of one person, household or dwelling, since when. Never changed."""

    scope_code = ScopeCodeField()
    object_class = models.CharField(_("object class"), max_length=10, choices=DataElement.ObjectClass)
    subject_id = models.BigIntegerField(_("subject"))
    resident_id = models.GeneratedField(
        expression=models.Case(models.When(object_class="person", then="subject_id")),
        output_field=models.BigIntegerField(_("resident"), null=True),
        db_persist=True,
        verbose_name=_("resident"),
    )
    element = models.ForeignKey(
        DataElement, models.PROTECT, verbose_name=_("data element"), related_name="facts", db_index=False
    )
    value = models.CharField(_("value"), max_length=60, blank=True, db_collation="C")
    retracted = models.BooleanField(_("retracted"), default=False)
    valid_from = models.DateField(_("valid from"))
    recorded_at = models.DateTimeField(_("recorded at"))
    source = models.CharField(_("source"), max_length=40)
    purpose = models.CharField(_("purpose"), max_length=40)
    basis = models.CharField(_("legal basis"), max_length=16, choices=DataElement.Basis)
    consent_id = models.BigIntegerField(_("consent"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post that recorded it"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"))
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes = [
            models.Index(fields=["subject_id", "object_class", "element"], name="facts_fact_subject"),
            models.Index(fields=["element", "subject_id"], name="facts_fact_element"),
            models.Index(fields=["expires_on"], name="facts_fact_expires"),
            models.Index(
                fields=["consent_id"],
                name="facts_fact_consent",
                condition=models.Q(consent_id__isnull=False),
            ),
        ]


class Conflict(models.Model):
    """Two sources contradict each other; a person decides, with a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DECIDED = "decided", _("decided")

    scope_code = ScopeCodeField()
    object_class = models.CharField(_("object class"), max_length=10, choices=DataElement.ObjectClass)
    subject_id = models.BigIntegerField(_("subject"))
    element = models.ForeignKey(
        DataElement, models.PROTECT, verbose_name=_("data element"), related_name="conflicts"
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found at"))
    chosen_source = models.CharField(_("source that counts"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post that decided"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("conflict of facts")
        verbose_name_plural = _("conflicts of facts")
        constraints = [
            models.UniqueConstraint(
                fields=["object_class", "subject_id", "element"], name="facts_conflict_once"
            )
        ]
        indexes = [models.Index(fields=["scope_code", "state", "-id"], name="facts_conflict_scope")]
