"""What a person asks for, what was erased, and what the nightly run did."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.cases.models import Case
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import DatedScopeCodeField, ScopeCodeField
from lianglin.privacy import rules

SUBJECTS = (("resident", _("resident")), ("case", _("who reported a matter")))


class RightsRequest(models.Model):
    """What is asked, about whose data, and for whom; beside the case that carries its state and clock."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="rights_request"
    )
    scope_code = ScopeCodeField()
    kind = models.CharField(_("what is asked"), max_length=10, choices=rules.KINDS)
    acting_for = models.CharField(_("who asks"), max_length=10, choices=rules.ACTING_FOR, default="self")
    subject_kind = models.CharField(_("kind of subject"), max_length=10, choices=SUBJECTS, blank=True)
    subject_id = models.BigIntegerField(_("number of the subject"), null=True)
    identity = models.CharField(
        _("how identity was proved"), max_length=10, choices=rules.IDENTITY, blank=True
    )
    relation = models.CharField(_("relation to who died"), max_length=12, choices=rules.RELATIONS, blank=True)
    relation_proof = models.CharField(
        _("papers that prove the relation"), max_length=12, choices=rules.RELATION_PROOFS, blank=True
    )
    death_proof = models.CharField(
        _("papers that prove the death"), max_length=12, choices=rules.DEATH_PROOFS, blank=True
    )
    text = models.TextField(_("in their words"), blank=True)
    contact = EncryptedTextField(_("name and phone of who asks"), null=True, blank=True)
    extent = models.CharField(_("extent of the erasure"), max_length=8, choices=rules.EXTENTS, blank=True)
    ground = models.CharField(
        _("ground of the refusal"), max_length=16, choices=rules.REFUSAL_GROUNDS, blank=True
    )
    opened_at = models.DateTimeField(_("opened at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("rights request")
        verbose_name_plural = _("rights requests")
        indexes = [models.Index(fields=["scope_code", "-case"], name="privacy_request_scope")]


class Correction(models.Model):
    """What a person says is wrong, and what is right: one datum, beside the request to correct."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="correction"
    )
    scope_code = ScopeCodeField()
    datum = models.CharField(_("which datum"), max_length=80)
    value = EncryptedTextField(_("what is right"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("correction asked for")
        verbose_name_plural = _("corrections asked for")


class Restriction(models.Model):
    """The use of a resident's data is restricted: nobody's range holds the rows until it is lifted.

    ``scope_code`` follows the place, so that a lifted row gets the code its place has by then.
    """

    scope_code = ScopeCodeField()
    code_then = DatedScopeCodeField(verbose_name=_("scope code when it began"))
    resident_id = models.BigIntegerField(_("resident"))
    case_id = models.BigIntegerField(_("case"), null=True, blank=True)
    from_at = models.DateTimeField(_("restricted since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    note = models.CharField(_("reason of lifting it"), max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("restriction of use")
        verbose_name_plural = _("restrictions of use")
        indexes = [models.Index(fields=["scope_code", "-id"], name="privacy_restriction_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["resident_id"],
                condition=models.Q(lifted_at__isnull=True),
                name="privacy_restriction_once",
            )
        ]


class Petitioner(models.Model):
    """Which requests a resident who logged in has made: read by that person alone."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="+"
    )
    scope_code = ScopeCodeField()
    resident_id = models.BigIntegerField(_("resident"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("who made a request")
        verbose_name_plural = _("who made requests")
        indexes = [models.Index(fields=["resident_id", "-case"], name="privacy_petitioner_mine")]


class Erasure(models.Model):
    """One table's part of an erasure: ids and keyed digests, never values. Replayed after a backup is restored."""

    at = models.DateTimeField(_("at"))
    case_id = models.BigIntegerField(_("case"), null=True)
    subject_kind = models.CharField(_("kind of subject"), max_length=10, choices=SUBJECTS)
    subject_id = models.BigIntegerField(_("number of the subject"))
    model = models.CharField(_("table"), max_length=60)
    method = models.CharField(
        _("method"),
        max_length=10,
        choices=[("erase", _("rows deleted")), ("tombstone", _("values emptied"))],
    )
    columns = models.JSONField(_("columns"), default=list)
    ids = models.JSONField(_("row numbers"), default=list)
    files = models.JSONField(_("stored files"), default=list)
    digest = models.CharField(_("keyed digest of what was there"), max_length=64)
    replayed_at = models.DateTimeField(_("replayed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="privacy_erasure_subject")]


class RetentionRun(models.Model):
    """What one run did with one table: what was due, what went, what had to stay, how old the oldest left is."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    model = models.CharField(_("table"), max_length=60)
    keep = models.CharField(_("keeping time"), max_length=20)
    method = models.CharField(_("method"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    due = models.PositiveIntegerField(_("rows due"), default=0)
    erased = models.PositiveIntegerField(_("rows erased"), default=0)
    held = models.PositiveIntegerField(_("rows that others still need"), default=0)
    along = models.JSONField(_("rows that went along"), default=dict)
    oldest_left = models.DateField(_("oldest that is left"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        indexes = [models.Index(fields=["model", "-id"], name="privacy_run_model")]
