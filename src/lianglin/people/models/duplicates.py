"""Two files that may be one person, and the joining of two files, kept so that it can be undone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField
from lianglin.people.models.residents import Resident


class DuplicatePair(models.Model):
    """Two files that have something in common; a person decides whether they are one.

    ``scope_code`` is the smallest area that holds both: a community, else their street or district. Across districts
    it is the city, which no post reads: each district has its half (DuplicateHalf).
    """

    class Reason(models.TextChoices):
        ID_NUMBER = "id", _("same ID number")
        PHONE = "phone", _("same phone and name")
        NAME = "name", _("same name, birth date and place")

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        MERGED = "merged", _("joined")
        DIFFERENT = "different", _("two persons")

    class Ground(models.TextChoices):
        PAPERS = "papers", _("compared with the papers")
        ASKED = "asked", _("asked the person")
        REGISTER = "register", _("compared with the household register")

    scope_code = ScopeCodeField()
    first = models.ForeignKey(Resident, models.PROTECT, verbose_name=_("first file"), related_name="+")
    second = models.ForeignKey(Resident, models.PROTECT, verbose_name=_("second file"), related_name="+")
    reason = models.CharField(_("what they have in common"), max_length=6, choices=Reason)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    ground = models.CharField(_("on what it rests"), max_length=8, choices=Ground, blank=True)
    found_at = models.DateTimeField(_("found at"))
    decided_at = models.DateTimeField(_("decision taken at"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post that decided"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="people_pair_once")]
        indexes = [models.Index(fields=["scope_code", "state", "-id"], name="people_pair_scope")]


class DuplicateHalf(models.Model):
    """What one district sees of a pair across districts: its own file, and that another one is elsewhere.

    ``said`` is what its people said; ``clash``: both said the same, so nothing was joined and both look again.
    """

    class Said(models.TextChoices):
        HERE = "here", _("the person lives here")
        MOVED = "moved", _("the person moved away from here")
        DIFFERENT = "different", _("the number is not this person's, or there are two persons")

    scope_code = ScopeCodeField()
    pair_id = models.BigIntegerField(_("possible duplicate"))
    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name=_("own file"), related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=DuplicatePair.State, default=DuplicatePair.State.OPEN
    )
    said = models.CharField(_("what was said"), max_length=10, choices=Said, blank=True)
    ground = models.CharField(_("on what it rests"), max_length=8, choices=DuplicatePair.Ground, blank=True)
    clash = models.BooleanField(_("both said the same"), default=False)
    found_at = models.DateTimeField(_("found at"))
    said_at = models.DateTimeField(_("said at"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post that said it"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("half of a possible duplicate")
        verbose_name_plural = _("halves of possible duplicates")
        constraints = [models.UniqueConstraint(fields=["pair_id", "resident"], name="people_half_once")]
        indexes = [models.Index(fields=["scope_code", "state", "-id"], name="people_half_scope")]


class Merge(models.Model):
    """One file was joined into another: what was moved, from where to where, for undoing it exactly."""

    scope_code = ScopeCodeField()
    pair_id = models.BigIntegerField(_("possible duplicate"))
    kept_id = models.BigIntegerField(_("file that stays"))
    gone_id = models.BigIntegerField(_("file that was joined"))
    moved = models.JSONField(_("what was moved"), default=list)
    merged_at = models.DateTimeField(_("joined at"))
    post_id = models.BigIntegerField(_("post that joined"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("joining of two files")
        verbose_name_plural = _("joinings of files")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="people_merge_scope"),
            models.Index(fields=["kept_id"], name="people_merge_kept"),
        ]
