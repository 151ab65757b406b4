"""Tables of the ground: the working-day calendar, the throttle, idempotent requests, the demo's clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.crypto import EncryptedTextField


class ScopeCodeField(models.CharField):
    """A division code prefix (6 to 12 digits) that carries the scope: text COLLATE "C", compared bytewise.

    It follows its place when communities are merged or split; see :class:`DatedScopeCodeField` for one that does not.
    """

    dated = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("db_collation", "C")
        kwargs.setdefault("verbose_name", _("scope code"))
        super().__init__(*args, **kwargs)  # pyright: ignore[reportArgumentType] - Django's own keywords


class DatedScopeCodeField(ScopeCodeField):
    """A scope code that stays as it was: the row tells of its time (a figure of a month, a decision)."""

    dated = True

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """The same column as its parent's: nothing for a migration to change."""
        name, _path, args, kwargs = super().deconstruct()
        return name, f"{ScopeCodeField.__module__}.{ScopeCodeField.__qualname__}", args, kwargs


class CalendarDay(models.Model):
    """One day of the working calendar (dossier 4.4); edited by the city, seeded from chinesecalendar."""

    class Kind(models.TextChoices):
        WORKDAY = "workday", _("workday")
        MAKE_UP = "make_up", _("make-up workday")
        WEEKEND = "weekend", _("weekend")
        HOLIDAY = "holiday", _("public holiday")

    date = models.DateField(_("date"), primary_key=True)
    kind = models.CharField(_("kind of day"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=80)
    provisional = models.BooleanField(_("provisional"), default=False)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")


class Throttle(models.Model):
    """Counted tries of one key in one window; one store for all workers. Keys are digests, never addresses."""

    key = models.CharField(_("key"), max_length=80, primary_key=True)
    window_start = models.DateTimeField(_("window start"))
    count = models.PositiveIntegerField(_("tries"))

    class Meta:
        verbose_name = _("throttle")
        verbose_name_plural = _("throttles")


class IdempotentRequest(models.Model):
    """The answer already given to a POST that came with the same Idempotency-Key."""

    key = models.CharField(_("key"), max_length=120, primary_key=True)
    body_digest = models.BinaryField(_("digest of the body"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    response = EncryptedTextField(_("answer"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        indexes = [models.Index(fields=["created_at"], name="kit_idempotent_created")]


class DemoClock(models.Model):
    """How far the demo city's clock was advanced. Empty in a real city."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset_seconds = models.BigIntegerField(_("offset in seconds"), default=0)

    class Meta:
        verbose_name = _("demo clock")
        verbose_name_plural = _("demo clocks")
