"""What another hotline sends (工单) and what goes back to it: sources, files in sealed parts, orders, returns."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.appeals import rules
from lianglin.cases.models import Case
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class HotlineSource(models.Model):
    """A hotline whose orders come here: which of its columns holds what, and its words in ours."""

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("hotline's name"), max_length=60)
    columns = models.JSONField(_("columns"), default=dict)
    """Field of ours -> heading of theirs."""
    values = models.JSONField(_("values"), default=dict)
    """"item", "place", "channel" -> {word of theirs: code of ours}."""
    active = models.BooleanField(_("in use"), default=True)
    sample = models.BooleanField(_("sample data"), default=False)
    created_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("hotline")
        verbose_name_plural = _("hotlines")


class HotlineImport(models.Model):
    """One file of orders: looked through first, then taken in part by part; each part whole or not at all."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be named")
        CHECKING = "checking", _("being looked through")
        CHECKED = "checked", _("looked through")
        RUNNING = "running", _("being taken in")
        DONE = "done", _("taken in")
        FAILED = "failed", _("stopped by an error")
        DROPPED = "dropped", _("dropped")

    scope_code = ScopeCodeField()
    source = models.ForeignKey(
        HotlineSource, models.PROTECT, db_index=False, verbose_name=_("hotline"), related_name="imports"
    )
    post_id = models.BigIntegerField(_("post that brought it"))
    filename = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(_("digest of the file"), max_length=64)
    heading = models.JSONField(_("headings"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAPPING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    seen = models.PositiveIntegerField(_("rows seen"), default=0)
    made = models.PositiveIntegerField(_("new appeals"), default=0)
    updated = models.PositiveIntegerField(_("changed orders"), default=0)
    same = models.PositiveIntegerField(_("known already"), default=0)
    wrong = models.PositiveIntegerField(_("rows left out"), default=0)
    unknown = models.JSONField(_("words without a counterpart"), default=dict)
    """"item" and "channel" -> {word of theirs: how often}: what is still missing in the hotline's values."""
    error = models.CharField(_("error"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("brought at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("file of a hotline")
        verbose_name_plural = _("files of hotlines")
        indexes = [models.Index(fields=["source", "-id"], name="appeals_hotline_import")]


class HotlinePart(models.Model):
    """Some of the rows of a file, sealed; emptied once they are taken in. What was found says row, field and code."""

    scope_code = ScopeCodeField()
    record = models.ForeignKey(
        HotlineImport,
        models.PROTECT,
        db_index=False,
        verbose_name=_("file of a hotline"),
        related_name="parts",
    )
    first_row = models.PositiveIntegerField(_("first row"))
    count = models.PositiveIntegerField(_("rows"))
    rows = EncryptedTextField(_("orders of the file"), null=True, blank=True)
    findings = models.JSONField(_("findings"), default=list)
    checked = models.BooleanField(_("looked through"), default=False)
    done = models.BooleanField(_("taken in"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("part of a hotline's file")
        verbose_name_plural = _("parts of hotlines' files")
        constraints = [
            models.UniqueConstraint(fields=["record", "first_row"], name="appeals_hotline_part_once")
        ]


class HotlineOrder(models.Model):
    """One order of a hotline and the appeal it became; the same number never becomes a second one."""

    source = models.ForeignKey(
        HotlineSource, models.PROTECT, db_index=False, verbose_name=_("hotline"), related_name="orders"
    )
    number = models.CharField(_("order number of the hotline"), max_length=40)
    case = models.OneToOneField(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    record_id = models.BigIntegerField(_("file of a hotline"), null=True)
    digests = models.JSONField(_("digests of what it says"), default=dict)
    """Field -> keyed digest: by it a change is seen, and nothing of a person is told."""
    channel = models.CharField(_("channel at the hotline"), max_length=10, choices=rules.CHANNELS, blank=True)
    reported_at = models.DateTimeField(_("reported to the hotline at"), null=True, blank=True)
    wanted_by = models.DateTimeField(_("answer wanted by"), null=True, blank=True)
    received_at = models.DateTimeField(_("taken in at"))
    updates = models.PositiveSmallIntegerField(_("updates"), default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("hotline order")
        verbose_name_plural = _("hotline orders")
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="appeals_hotline_order_once")
        ]


class HotlineReturn(models.Model):
    """What came of an order, on its way back to the hotline. Handled again and answered anew, it is a second one."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be returned")
        RETURNED = "returned", _("returned, not acknowledged")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")

    order = models.ForeignKey(
        HotlineOrder, models.PROTECT, db_index=False, verbose_name=_("hotline order"), related_name="returns"
    )
    source = models.ForeignKey(
        HotlineSource, models.PROTECT, db_index=False, verbose_name=_("hotline"), related_name="+"
    )
    case = models.ForeignKey(Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    step = models.PositiveIntegerField(_("step of the case"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    result = models.CharField(_("what became of it"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"))
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    way = models.CharField(
        _("way"), max_length=4, choices=[("file", _("by file")), ("api", _("by interface"))], blank=True
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("return to a hotline")
        verbose_name_plural = _("returns to hotlines")
        constraints = [models.UniqueConstraint(fields=["order", "step"], name="appeals_hotline_return_once")]
        indexes = [
            models.Index(fields=["source", "state", "-id"], name="appeals_hotline_return_state"),
            models.Index(fields=["scope_code", "state", "-id"], name="appeals_hotline_return_scope"),
            models.Index(fields=["case", "-id"], name="appeals_hotline_return_case"),
        ]
