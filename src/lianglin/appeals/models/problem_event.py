"""What residents were told of a problem class, one event after the other: the source of feeds and subscriptions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models.problem import PublicProblem
from lianglin.appeals.rules import problem_news
from lianglin.kit.models import ScopeCodeField


class PublicProblemEvent(models.Model):
    """One piece of news of a class that residents are told of. Written by the background alone, never changed."""

    problem = models.ForeignKey(
        PublicProblem,
        models.PROTECT,
        db_index=False,
        verbose_name=_("public problem class"),
        related_name="events",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=8, choices=problem_news.KINDS)
    values = models.JSONField(_("contents"), default=dict)
    """state, closed_with; promised_on; the measure; the effect; as in PublicProblem at that moment."""
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("news of a problem class")
        verbose_name_plural = _("news of problem classes")
        indexes = [
            models.Index(fields=["problem", "-id"], name="appeals_problem_news"),
            models.Index(fields=["scope_code", "-id"], name="appeals_problem_news_scope"),
        ]
