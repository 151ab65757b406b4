"""Measures and their versions; dated parameters by area. The rule's text is the truth, columns are taken from it."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Seconded
from lianglin.benefits.models.approving import WORDS, Approved, Entered
from lianglin.kit.models import DatedScopeCodeField


class Measure(models.Model):
    """One benefit measure (惠民措施) for as long as it exists; what it says is in its versions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("created at"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("benefit measure")
        verbose_name_plural = _("benefit measures")


class MeasureVersion(Seconded):
    """One text of a measure: written by one, looked at by legal affairs, put in force by a second person."""

    TWO = replace(
        WORDS,
        proposer="drafted_by",
        waiting="checked",
        approved="approved",
        refused="draft",
        withdrawn="dropped",
    )

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LEGAL_CHECK = "legal_check", _("legal check")
        CHECKED = "checked", _("checked, waits for approval")
        APPROVED = "approved", _("approved, waits for its first day")
        IN_FORCE = "in_force", _("in force")
        AMENDED = "amended", _("replaced by a new version")
        EXPIRED = "expired", _("expired")
        DROPPED = "dropped", _("dropped")

    class Subject(models.TextChoices):
        PERSON = "person", _("person")
        HOUSEHOLD = "household", _("household")

    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(_("times written"), default=1)
    """Counts up with every change of a draft: who saves an older one is told so."""
    source = models.TextField(_("text of the rule"))
    digest = models.CharField(_("digest of the text"), max_length=64)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    authority = models.CharField(_("authority in charge"), max_length=60)
    subject = models.CharField(_("subject"), max_length=10, choices=Subject)
    groups = models.CharField(_("groups"), max_length=40, blank=True)
    health = models.BooleanField(_("rests on health data"), default=False)
    sound = models.BooleanField(_("reads well, examples come out"), default=False)
    """Of the text as it was last saved; asked again before every move."""
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    drafted_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("drafted by"), related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    writers = ArrayField(models.BigIntegerField(), verbose_name=_("accounts that wrote it"), default=list)
    """Everybody who wrote a part of it: none of them checks or approves it."""
    checked_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("checked by"), related_name="+"
    )
    checked_at = models.DateTimeField(_("checked at"), null=True)
    approved_by = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("person", "approved by"),
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    in_force_at = models.DateTimeField(_("in force since"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    note = models.CharField(_("note"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("version of a measure")
        verbose_name_plural = _("versions of measures")
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="benefits_version_once"),
            models.UniqueConstraint(
                fields=["measure"], condition=models.Q(state="in_force"), name="benefits_one_in_force"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("drafted_by")),
                name="benefits_version_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by__isnull=True) | ~models.Q(checked_by=models.F("drafted_by")),
                name="benefits_version_check_two",
            ),
            models.CheckConstraint(
                condition=~models.Q(writers__contains=[models.F("approved_by")])
                & ~models.Q(writers__contains=[models.F("checked_by")]),
                name="benefits_version_no_writer",
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=models.Q(state__in=["draft", "legal_check", "checked", "approved"]),
                name="benefits_version_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "name", "id"], name="benefits_version_state"),
            models.Index(
                fields=["review_on", "id"],
                condition=models.Q(state="in_force", review_on__isnull=False),
                name="benefits_version_review",
            ),
            models.Index(
                fields=["valid_to", "id"],
                condition=models.Q(state="in_force", valid_to__isnull=False),
                name="benefits_version_ends",
            ),
        ]

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Parameter(models.Model):
    """A dated figure that rules name: a local standard, a threshold, a rate."""

    class Kind(models.TextChoices):
        MONEY = "money", _("money")
        NUMBER = "number", _("number")
        DATE = "date", _("date")

    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    kind = models.CharField(_("kind of value"), max_length=8, choices=Kind)
    scale = models.PositiveSmallIntegerField(_("decimals"), default=0)
    unit = models.CharField(_("unit of measure"), max_length=20, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class ParameterValue(Entered):
    """What a parameter is in an area between two dates; without a value it is still to be entered (待填)."""

    parameter = models.ForeignKey(
        Parameter, models.PROTECT, verbose_name=_("parameter"), related_name="dated"
    )
    area = DatedScopeCodeField(verbose_name=_("area"), blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)
    value = models.BigIntegerField(_("value"), null=True, blank=True)
    document = models.CharField(_("document number"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("dated value of a parameter")
        verbose_name_plural = _("dated values of parameters")
        indexes = [models.Index(fields=["parameter", "state", "area"], name="benefits_value_parameter")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("entered_by")),
                name="benefits_value_two_people",
            ),
            models.UniqueConstraint(
                fields=["parameter", "area", "from_on"],
                condition=models.Q(state="waiting"),
                name="benefits_value_one_waiting",
            ),
        ]


class Definitions(Approved):
    """The named expressions that rules share (definitions.yaml), one text in versions: written by one, approved by another."""

    TWO = replace(WORDS, proposer="drafted_by")

    number = models.PositiveIntegerField(_("version"), unique=True)
    source = models.TextField(_("text of the definitions"))
    digest = models.CharField(_("digest of the text"), max_length=64)
    drafted_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("drafted by"), related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted at"))

    class Meta:
        verbose_name = _("definitions of the rules")
        verbose_name_plural = _("definitions of the rules")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state__in=["waiting", "in_force"]),
                name="benefits_definitions_once",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("drafted_by")),
                name="benefits_definitions_two",
            ),
        ]


class Edition(models.Model):
    """One row: how often what is in force has changed. Processes that hold the package ask it whether theirs is the newest."""

    revision = models.PositiveBigIntegerField(_("number of changes"), default=0)
    changed_at = models.DateTimeField(_("changed at"), null=True)

    class Meta:
        verbose_name = _("edition of the package")
        verbose_name_plural = _("editions of the package")


class MeasureGram(models.Model):
    """A pair of characters of a measure in force: what the catalogue is searched by, with “=” and an index."""

    version = models.ForeignKey(
        MeasureVersion,
        models.CASCADE,
        verbose_name=_("version of a measure"),
        related_name="grams",
    )
    gram = models.CharField(_("pair of characters"), max_length=2, db_collation="C")

    class Meta:
        verbose_name = _("search key of a measure")
        verbose_name_plural = _("search keys of measures")
        constraints = [models.UniqueConstraint(fields=["gram", "version"], name="benefits_gram_once")]
