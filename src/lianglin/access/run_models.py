"""Where long background work stands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkRun(models.Model):
    """One run of work that is done in steps: how far it has come, so that it goes on after a kill. No personal data."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", pgettext_lazy("work", "done")
        FAILED = "failed", _("failed")

    name = models.CharField(_("work"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("begun at"))
    stepped_at = models.DateTimeField(_("last step at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    done = models.BigIntegerField(_("done so far"), default=0)
    total = models.BigIntegerField(_("of how many"), null=True)
    rows = models.BigIntegerField(_("rows touched"), default=0)
    milliseconds = models.BigIntegerField(_("milliseconds of work"), default=0)
    cursor: models.JSONField[Any] = models.JSONField(_("where it goes on"), null=True)
    error = models.CharField(_("error code"), max_length=60, blank=True)

    holder = models.CharField(_("held by"), max_length=16, blank=True, db_default="", default="")
    held_until = models.DateTimeField(_("held until"), null=True)

    class Meta:
        verbose_name = _("run of background work")
        verbose_name_plural = _("runs of background work")
        indexes: ClassVar = [
            models.Index(fields=["name", "-id"], name="access_run_name"),
            models.Index(fields=["ended_at"], name="access_run_ended"),
        ]

    @property
    def seconds(self) -> float:
        """How long its steps worked, without the pauses between them."""
        return self.milliseconds / 1000
