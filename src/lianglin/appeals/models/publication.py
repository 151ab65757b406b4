"""A closed case on its way to the public: what may be published, each redacted version, and what stands there.

What the public reads is a table of its own that holds nothing but what a person confirmed. A version is never edited;
when a publication is withdrawn, its row and the words of every version go.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals import rules
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class PublicationRule(models.Model):
    """What the public may know of an item's cases. Without a rule: nothing."""

    item_code = models.CharField(_("code of the item"), max_length=6, unique=True)
    listed = models.BooleanField(_("listed by item, place and state"), default=False)
    texts = models.BooleanField(_("text of closed cases, redacted"), default=False)
    reason = models.CharField(_("reason"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("rule of publication")
        verbose_name_plural = _("rules of publication")


class PublicationChange(models.Model):
    """A change of a rule of publication. What opens more waits for a second person; what closes holds at once."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        IN_FORCE = "in_force", _("in force")
        REFUSED = "refused", _("refused")

    item_code = models.CharField(_("code of the item"), max_length=6)
    listed = models.BooleanField(_("listed by item, place and state"))
    texts = models.BooleanField(_("text of closed cases, redacted"))
    reason = models.CharField(_("reason"), max_length=160)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    proposed_post = models.ForeignKey(
        Post, models.PROTECT, db_index=False, verbose_name=_("proposed by"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("change of a rule of publication")
        verbose_name_plural = _("changes of rules of publication")
        constraints = [
            models.UniqueConstraint(
                fields=["item_code"],
                condition=models.Q(state="proposed"),
                name="appeals_publication_change_one",
            )
        ]


class PublicationObjection(models.Model):
    """Who reported does not want the case published; no reason is asked."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="+"
    )
    scope_code = ScopeCodeField()
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("objection to publication")
        verbose_name_plural = _("objections to publication")


class Publication(models.Model):
    """The way of one case to the public page."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a person")
        PUBLISHED = "published", _("published")
        DECLINED = "declined", _("not published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    case = models.OneToOneField(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    latest = models.PositiveSmallIntegerField(_("latest version"), default=0)
    published = models.PositiveSmallIntegerField(_("published version"), null=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="appeals_publication_scope"),
            models.Index(
                fields=["scope_code", "-id"],
                name="appeals_publication_waits",
                condition=models.Q(state="proposed"),
            ),
        ]


class RedactedText(models.Model):
    """One redacted version of report and answer; the next one stands beside it."""

    publication = models.ForeignKey(
        Publication, models.PROTECT, db_index=False, verbose_name=_("publication"), related_name="versions"
    )
    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    seq = models.PositiveSmallIntegerField(_("number of the version"))
    text = models.TextField(_("report, redacted"))
    answer = models.TextField(_("answer, redacted"), blank=True)
    spots = models.JSONField(_("hidden places of report and answer"), default=dict)
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("made by"), related_name="+"
    )
    """None: found by the programme."""
    made_at = models.DateTimeField(_("made at"))
    purged_at = models.DateTimeField(_("words erased at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("redacted version")
        verbose_name_plural = _("redacted versions")
        constraints = [
            models.UniqueConstraint(fields=["publication", "seq"], name="appeals_redacted_version")
        ]


class PublishedCase(models.Model):
    """What anybody reads of one closed case: the item, the compound's name, the redacted words, the steps and days."""

    case_id = models.BigIntegerField(_("case"), unique=True)
    """No foreign key: nobody who reads this may read the case."""
    number = models.CharField(_("number"), max_length=16, unique=True)
    scope_code = ScopeCodeField()
    item_code = models.CharField(_("code of the item"), max_length=6)
    item_name = models.CharField(_("item"), max_length=60)
    item_name_en = models.CharField(_("item in English"), max_length=120, blank=True)
    place = models.CharField(_("compound or community"), max_length=160)
    place_en = models.CharField(_("compound or community in English"), max_length=240, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=rules.OUTCOMES, blank=True)
    text = models.TextField(_("report, redacted"))
    answer = models.TextField(_("answer, redacted"), blank=True)
    steps = models.JSONField(_("steps"), default=list)
    """[{"move", "at", "unit", "unit_en"}], oldest first; no words of the steps."""
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"))
    unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, db_index=False, verbose_name=_("unit"), related_name="+"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"))
    sample = models.BooleanField(_("sample data"), default=False)
    grams = ArrayField(models.CharField(max_length=2), verbose_name=_("search keys"), default=list)

    class Meta:
        verbose_name = _("published case")
        verbose_name_plural = _("published cases")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="appeals_published_scope"),
            models.Index(fields=["item_code", "-id"], name="appeals_published_item"),
            models.Index(fields=["closed_at"], name="appeals_published_closed"),
            GinIndex(fields=["grams"], name="appeals_published_grams"),
        ]

    @property
    def label(self) -> str:
        """The item in the reader's language."""
        return self.item_name_en if self.item_name_en and get_language() == "en" else self.item_name

    @property
    def place_label(self) -> str:
        """The compound or community in the reader's language."""
        return self.place_en if self.place_en and get_language() == "en" else self.place
