"""What stands beside a figure: its former values, its wording, its goals, and what other offices gave as a file."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import OfAnArea, apart
from lianglin.kit.models import DatedScopeCodeField, ScopeCodeField


class FigureRevision(models.Model):
    """What a cell said before it changed: from a day to the day on which something else stood there.

    Grained by day: what the cell said at the end of each day. The present value stands in ``IndicatorValue``, with the
    day since when; ``valid_from`` is empty for what was told before this history began.
    """

    class Cause(models.TextChoices):
        COUNTED = "counted", _("counted anew: entries came in later")
        DEFINITION = "definition", _("the definition changed")
        PLACES = "places", _("places were merged or split")
        RULING = "ruling", _("a ruling on what counts")

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    month = models.DateField(_("month (its first day)"))
    scope_code = DatedScopeCodeField()
    member = models.CharField(_("part of a breakdown"), max_length=24, blank=True, db_collation="C")
    numerator = models.BigIntegerField(_("numerator or count"))
    denominator = models.BigIntegerField(_("denominator"), null=True)
    definition_version = models.CharField(_("version of the definition"), max_length=10)
    valid_from = models.DateField(_("said from this day on"), null=True)
    valid_until = models.DateField(_("day on which it said something else"))
    ended_by = models.CharField(_("why it changed"), max_length=10, choices=Cause)

    class Meta:
        verbose_name = _("former value of a figure")
        verbose_name_plural = _("former values of figures")
        indexes = [
            models.Index(fields=["indicator", "month", "scope_code"], name="indicators_former_cell"),
            models.Index(fields=["month", "valid_until"], name="indicators_former_until"),
        ]


class PublishedRevision(models.Model):
    """What was published before it changed, to the second: as anybody could read it, hidden counts are empty."""

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    month = models.DateField(_("month (its first day)"))
    scope_code = DatedScopeCodeField(blank=True)
    member = models.CharField(_("part of a breakdown"), max_length=24, blank=True, db_collation="C")
    numerator = models.BigIntegerField(_("numerator or count"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    hidden = models.CharField(_("hidden because"), max_length=6, blank=True)
    published_at = models.DateTimeField(_("published at"))
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("former published value")
        verbose_name_plural = _("former published values")
        indexes = [
            models.Index(fields=["indicator", "month", "scope_code"], name="indicators_former_published")
        ]


class DefinitionVersion(models.Model):
    """How a figure was defined from a day on, in both languages, so that an old figure opens the wording of its time."""

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    version = models.CharField(_("version of the definition"), max_length=10)
    texts = models.JSONField(_("wording by language"))
    unit = models.CharField(_("unit"), max_length=12)
    kind = models.CharField(_("kind of period"), max_length=12)
    digest = models.CharField(_("SHA-256 of the wording"), max_length=64)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("day on which another wording began"), null=True)

    class Meta:
        verbose_name = _("version of a definition")
        verbose_name_plural = _("versions of definitions")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator"],
                condition=models.Q(valid_until__isnull=True),
                name="indicators_definition_now",
            )
        ]
        indexes = [models.Index(fields=["indicator", "-valid_from"], name="indicators_definition_from")]


class IndicatorTarget(models.Model):
    """A goal for a figure in an area, from a month on; without an amount the area's own goal ends there.

    The nearest area above a place that has one counts, in it the newest that had begun; of two from the same month the
    one that was approved later.
    """

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    amount = models.DecimalField(_("goal"), max_digits=14, decimal_places=2, null=True)
    better = models.CharField(
        _("which side is met"),
        max_length=4,
        choices=[("up", _("at least")), ("down", _("at most"))],
    )
    valid_from = models.DateField(_("from the month"))
    source = models.CharField(_("document it stands in"), max_length=200)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("goal of a figure")
        verbose_name_plural = _("goals of figures")
        indexes = [
            models.Index(fields=["indicator", "scope_code", "valid_from"], name="indicators_target_of"),
            models.Index(fields=["-valid_from", "-id"], name="indicators_target_from"),
        ]


class TargetChange(OfAnArea):
    """A goal as it is to count in an area from a month on: proposed by one person, in force once another approved it."""

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    amount = models.DecimalField(_("goal"), max_digits=14, decimal_places=2, null=True)
    better = models.CharField(
        _("which side is met"),
        max_length=4,
        choices=[("up", _("at least")), ("down", _("at most"))],
    )
    valid_from = models.DateField(_("from the month"))
    source = models.CharField(_("document it stands in"), max_length=200)

    class Meta:
        verbose_name = _("change of a goal")
        verbose_name_plural = _("changes of goals")
        constraints = [
            apart("indicators_target_two_people"),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="indicators_target_decided",
            ),
            models.UniqueConstraint(
                fields=["scope_code", "indicator"],
                condition=models.Q(state="waiting"),
                name="indicators_target_change_once",
            ),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="indicators_target_changes")]


class FigureImport(OfAnArea):
    """A file of figures that another office gave: brought by one person, in force once another approved it.

    The file itself is kept, with its SHA-256; it holds numbers of places, nobody's data.
    """

    key = models.UUIDField(_("key of the file"), unique=True)
    file_name = models.CharField(_("name of the file"), max_length=120)
    content = models.BinaryField(_("contents"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    office = models.CharField(_("office that gave it"), max_length=80)
    source = models.CharField(_("document it came with"), max_length=200)
    as_of = models.DateField(_("as of the day"))
    lines = models.PositiveIntegerField(_("lines"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("file of imported figures")
        verbose_name_plural = _("files of imported figures")
        constraints = [
            apart("indicators_import_two_people"),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="indicators_import_decided",
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=models.Q(state__in=["waiting", "approved"]),
                name="indicators_import_once",
            ),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="indicators_imports")]


class ImportedValue(models.Model):
    """One line of such a file. It counts from the approval until another file says something else of the same.

    ``ends_before`` is empty for "since … until the day of the file". Counts only where the file gives both.
    """

    file = models.ForeignKey(
        FigureImport, models.PROTECT, verbose_name=_("file of imported figures"), related_name="values"
    )
    line = models.PositiveIntegerField(_("line of the file"))
    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    scope_code = DatedScopeCodeField(blank=True)
    starts_on = models.DateField(_("first day"))
    ends_before = models.DateField(_("day after the last"), null=True)
    amount = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    numerator = models.BigIntegerField(_("numerator or count"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    in_force_at = models.DateTimeField(_("counts since"), null=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("imported value")
        verbose_name_plural = _("imported values")
        constraints = [
            models.UniqueConstraint(fields=["file", "line"], name="indicators_imported_line"),
            models.UniqueConstraint(
                fields=["indicator", "scope_code", "starts_on", "ends_before"],
                condition=models.Q(in_force_at__isnull=False, replaced_at__isnull=True),
                nulls_distinct=False,
                name="indicators_imported_now",
            ),
        ]
        indexes = [
            models.Index(
                fields=["indicator", "scope_code", "-starts_on", "-id"], name="indicators_imported_of"
            )
        ]
