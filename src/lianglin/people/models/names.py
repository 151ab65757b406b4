"""The side table by which names are found: one row per key of a name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField
from lianglin.people.models.residents import Resident


class NameKey(models.Model):
    """A key of a resident's name (see rules.names). Personal like the name itself, and erased with it."""

    scope_code = ScopeCodeField()
    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="name_keys"
    )
    key = models.CharField(_("search key of the name"), max_length=60, db_collation="C")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("search key of a name")
        verbose_name_plural = _("search keys of names")
        indexes = [models.Index(fields=["scope_code", "key", "resident"], name="people_namekey_search")]
