"""Residents, households, membership. Encrypted where the law wants it, declared column by column in domain.py."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField
from lianglin.places.models import Dwelling


class Household(models.Model):
    """People who live behind one door together (户)."""

    class Kind(models.TextChoices):
        FAMILY = "family", _("family household")
        COLLECTIVE = "collective", _("collective household")

    scope_code = ScopeCodeField()
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, verbose_name=_("dwelling"), related_name="households"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.FAMILY)
    formed_on = models.DateField(_("formed on"))
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [models.Index(fields=["scope_code", "id"], name="people_household_scope")]


class Resident(models.Model):
    """A person who lives here. Sex codes: GB/T 2261.1."""

    class Sex(models.TextChoices):
        UNKNOWN = "0", _("unknown")
        MALE = "1", _("male")
        FEMALE = "2", _("female")
        UNSTATED = "9", _("not stated")

    scope_code = ScopeCodeField()
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    died_on = models.DateField(_("died on"), null=True, blank=True)
    left_on = models.DateField(_("moved away on"), null=True, blank=True)
    ended_on = models.DateField(_("no longer lives here since"), null=True, editable=False)
    """The earlier of both dates above: PostgreSQL keeps it (people/database.py)."""
    id_number = EncryptedTextField(_("ID number"), null=True, blank=True)
    id_match = models.BinaryField(_("match key of the ID number"), null=True, editable=False)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    phone_match = models.BinaryField(_("match key of the phone"), null=True, editable=False)
    merged_into = models.BigIntegerField(_("joined into the file"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        indexes = [
            models.Index(fields=["scope_code", "id"], name="people_resident_scope"),
            models.Index(fields=["id_match"], name="people_resident_id_match"),
            models.Index(fields=["phone_match"], name="people_resident_phone_match"),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="people_resident_merged",
            ),
            models.Index(
                fields=["ended_on"], condition=models.Q(ended_on__isnull=False), name="people_resident_ended"
            ),
        ]


class Membership(models.Model):
    """A resident belongs to a household between two dates. Relation to the head: GB/T 4761."""

    scope_code = ScopeCodeField()
    household = models.ForeignKey(
        Household, models.PROTECT, verbose_name=_("household"), related_name="memberships"
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="memberships"
    )
    relation = models.CharField(_("relation to the head"), max_length=2)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes = [models.Index(fields=["scope_code", "id"], name="people_membership_scope")]
