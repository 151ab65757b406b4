"""Official reports with the figures and sentences they hold, and the files that were made of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import DatedScopeCodeField


class Report(models.Model):
    """One numbered version of a report of a place and a period. Once issued it never changes (a trigger holds it).

    A correction is a new version; the corrected one then says by which it was replaced, and stays. So does one that was
    withdrawn: when, by which post and why.
    """

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        REPLACED = "replaced", _("replaced by a later version")
        RECALLED = "recalled", _("withdrawn")
        REFUSED = "refused", _("not made")

    class Kind(models.TextChoices):
        WEEK = "week", _("weekly")
        MONTH = "month", _("monthly")
        QUARTER = "quarter", _("quarterly")
        YEAR = "year", _("yearly")

    key = models.UUIDField(_("key of the report"), unique=True)
    definition = models.CharField(_("kind of report"), max_length=40, db_collation="C")
    definition_version = models.CharField(_("version of the definition"), max_length=10)
    scope_code = DatedScopeCodeField(blank=True)
    kind = models.CharField(_("kind of period"), max_length=8, choices=Kind)
    starts_on = models.DateField(_("first day"))
    ends_before = models.DateField(_("day after the last"))
    version = models.PositiveSmallIntegerField(_("number of the version"), default=1)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, verbose_name=_("corrects"), related_name="corrected_by"
    )
    why = models.CharField(_("why it is corrected"), max_length=200, blank=True)
    public = models.BooleanField(_("for publication"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.MAKING)
    figures = models.JSONField(_("figures as they were counted"), default=dict)
    texts = models.JSONField(_("sentences by section"), default=dict)
    edits = models.PositiveIntegerField(_("times edited"), default=0)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for at"))
    counted_at = models.DateTimeField(_("counted at"), null=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("issued by"), related_name="+"
    )
    issuer = models.CharField(_("issuing unit"), max_length=80, blank=True)
    document_number = models.CharField(_("document number"), max_length=40, blank=True, default="")
    copied_to = models.CharField(_("copied to"), max_length=200, blank=True, default="")
    recalled_at = models.DateTimeField(_("withdrawn at"), null=True)
    recalled_by = models.CharField(
        _("withdrawn by the post"), max_length=80, blank=True, default="", db_default=""
    )
    recalled_why = models.CharField(
        _("why it was withdrawn"), max_length=200, blank=True, default="", db_default=""
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "scope_code", "kind", "starts_on", "public", "version"],
                name="indicators_report_version",
            )
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="indicators_report_scope")]


class ReportFile(models.Model):
    """One file of a report that a post asked for; its contents live for a limited time, the line stays."""

    class Format(models.TextChoices):
        DOCX = "docx", _("Word document")
        PDF = "pdf", _("PDF document")
        XLSX = "xlsx", _("Excel workbook")

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        READY = "ready", _("ready")
        REFUSED = "refused", _("not made")
        ERASED = "erased", _("erased")

    key = models.UUIDField(_("key of the file"), unique=True)
    report = models.ForeignKey(Report, models.PROTECT, verbose_name=_("report"), related_name="files")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    format = models.CharField(_("format"), max_length=4, choices=Format)
    purpose = models.CharField(_("what it is for"), max_length=120)
    asked_at = models.DateTimeField(_("asked for at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    expires_at = models.DateTimeField(_("erased at"))
    fetched = models.PositiveIntegerField(_("times fetched"), default=0)
    content = models.BinaryField(_("contents"), null=True)
    layout = models.ForeignKey(
        "indicators.ReportLayout", models.PROTECT, null=True, db_index=False, verbose_name=_("template of the office"),
        related_name="+",
    )  # fmt: skip
    error = models.JSONField(_("why it was not made"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        indexes = [
            models.Index(fields=["post", "-id"], name="indicators_file_post"),
            models.Index(fields=["expires_at"], name="indicators_file_expires"),
        ]
