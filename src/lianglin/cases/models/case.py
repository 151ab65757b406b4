"""A case: something with an owner and a clock. Its steps are append-only; its clocks run per stage."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit import discovery
from lianglin.kit.domain import Lifecycle
from lianglin.kit.models import ScopeCodeField
from lianglin.places.models import Building, Community, Compound


class Case(models.Model):
    """One piece of work on two axes: where it stands (state) and what came of it (outcome)."""

    number = models.CharField(_("number"), max_length=16, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("title"), max_length=80)
    scope_code = ScopeCodeField()
    community = models.ForeignKey(Community, models.PROTECT, verbose_name=_("community"), related_name="+")
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, verbose_name=_("compound"), related_name="+"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, verbose_name=_("building"), related_name="+"
    )
    place_text = models.CharField(_("place in words"), max_length=160, blank=True)
    lon = models.FloatField(_("longitude (WGS84)"), null=True, blank=True)
    lat = models.FloatField(_("latitude (WGS84)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name=_("owner"), related_name="+"
    )
    assignee = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, verbose_name=_("assignee"), related_name="+"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("merged into"), related_name="children"
    )
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("split from"), related_name="parts"
    )
    related = models.BooleanField(
        _("others were merged into it or split from it"), default=False, db_default=False
    )
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    due_provisional = models.BooleanField(_("due date provisional"), default=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="cases_scope"),
            models.Index(fields=["state", "-id"], name="cases_state"),
            models.Index(fields=["state", "due_at", "id"], name="cases_state_due"),
            models.Index(fields=["owner", "state", "due_at"], name="cases_owner_state_due"),
            models.Index(fields=["kind", "opened_at"], name="cases_kind_opened"),
            models.Index(fields=["kind", "settled_at"], name="cases_kind_settled"),
            models.Index(fields=["building", "-id"], name="cases_building"),
            models.Index(
                fields=["opened_at"],
                name="cases_urgent_open",
                condition=models.Q(urgent=True, closed_at__isnull=True),
            ),
        ]

    @property
    def lifecycle(self) -> Lifecycle:
        """The table that governs this kind of case."""
        return discovery.lifecycles()[self.kind]

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(self.lifecycle.state(self.state).label)

    @property
    def outcome_label(self) -> str:
        """The outcome in the reader's language, "" before there is one."""
        return str(dict(self.lifecycle.outcomes).get(self.outcome, ""))


class Step(models.Model):
    """One thing that happened to a case; never changed afterwards."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="steps")
    scope_code = ScopeCodeField()
    seq = models.PositiveIntegerField(_("number in the case"))
    move = models.CharField(_("move"), max_length=20)
    from_state = models.CharField(_("from state"), max_length=20, blank=True)
    to_state = models.CharField(_("to state"), max_length=20)
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(Post, models.PROTECT, null=True, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, verbose_name=_("organisation"), related_name="+"
    )
    for_post = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, verbose_name=_("on behalf of"), related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    public = models.BooleanField(_("shown to the resident"), default=True)
    data = models.JSONField(_("particulars (codes and ids)"), default=dict)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="cases_step_seq")]
        indexes = [models.Index(fields=["at", "id"], name="cases_step_at")]


class Clock(models.Model):
    """The clock of one stage of a case: working time, pauses and extensions included."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="clocks")
    scope_code = ScopeCodeField()
    stage = models.CharField(_("stage"), max_length=20)
    amount = models.PositiveIntegerField(_("limit"))
    unit = models.CharField(
        _("unit of the limit"),
        max_length=14,
        choices=[
            ("working_days", _("working days")),
            ("working_hours", _("working hours")),
            ("hours", _("hours")),
            ("days", _("calendar days")),
        ],
    )
    started_at = models.DateTimeField(_("started at"))
    due_at = models.DateTimeField(_("due at"))
    provisional = models.BooleanField(_("provisional"), default=False)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    paused_seconds = models.PositiveIntegerField(_("working seconds paused"), default=0)
    extended = models.PositiveSmallIntegerField(_("extended by"), default=0)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("stage clock")
        verbose_name_plural = _("stage clocks")
        indexes = [
            models.Index(fields=["case", "stage", "-id"], name="cases_clock_case"),
            models.Index(fields=["due_at", "id"], name="cases_clock_due"),
            models.Index(
                fields=["due_at", "scope_code"],
                name="cases_clock_late",
                condition=models.Q(stopped_at__isnull=True) | models.Q(stopped_at__gt=models.F("due_at")),
            ),
        ]


class Receipt(models.Model):
    """What lets a resident without an account act: number + secret. Only the secret's keyed digest is kept."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="receipt"
    )
    number = models.CharField(_("number"), max_length=16, unique=True)
    secret_digest = models.BinaryField(_("keyed digest of the secret"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
