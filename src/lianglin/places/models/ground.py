"""Where things are: division > street > community > building > unit > dwelling; compounds and grids beside them.

Identity is a row's own id; ``scope_code`` is derived from the address path and carries the scope (house rule 2).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import ScopeCodeField


class Named(models.Model):
    """A Chinese name, and an English one where there is one."""

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Division(Named):
    """An administrative division down to the street (12-digit NBS code, dossier 4.1)."""

    class Level(models.TextChoices):
        CITY = "city", _("city")
        COUNTY = "county", _("district or county")
        TOWNSHIP = "township", _("street or town")

    code = models.CharField(_("12-digit code"), max_length=12, unique=True, db_collation="C")
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, verbose_name=_("parent"), related_name="children"
    )
    scope_code = ScopeCodeField(help_text=_("the code without its trailing zeros of level"))
    geometry = models.JSONField(_("boundary (GeoJSON, WGS84)"), null=True)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        indexes = [models.Index(fields=["scope_code"], name="places_division_scope")]


class Community(Named):
    """A residents' committee's area (社区) or a village (村); dated, since boundaries change."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("community")
        VILLAGE = "village", _("village")

    division = models.ForeignKey(
        Division, models.PROTECT, verbose_name=_("street or town"), related_name="communities"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMMUNITY)
    scope_code = ScopeCodeField(unique=True)
    households = models.PositiveIntegerField(_("planned households"), default=0)
    lon = models.FloatField(_("longitude (WGS84)"))
    lat = models.FloatField(_("latitude (WGS84)"))
    geometry = models.JSONField(_("boundary (GeoJSON, WGS84)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)
    loaded = models.BooleanField(_("people loaded"), default=False)

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")


class Compound(Named):
    """A residential compound (小区): a dated set of buildings, never a level of the code."""

    key = models.CharField(_("stable key"), max_length=40, unique=True)
    lon = models.FloatField(_("longitude (WGS84)"))
    lat = models.FloatField(_("latitude (WGS84)"))
    geometry = models.JSONField(_("outline (GeoJSON, WGS84)"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")


class Grid(models.Model):
    """A grid of 200-500 households inside one community (网格); code = community code + 3 digits."""

    code = models.CharField(_("code"), max_length=15, unique=True, db_collation="C")
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("community"), related_name="grids"
    )
    scope_code = ScopeCodeField()
    households = models.PositiveIntegerField(_("planned households"), default=0)
    geometry = models.JSONField(_("outline (GeoJSON, WGS84)"), null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        indexes = [models.Index(fields=["scope_code"], name="places_grid_scope")]


class Building(models.Model):
    """One building with its doors counted: units x floors x doors per floor."""

    key = models.CharField(_("stable key"), max_length=40, unique=True)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("community"), related_name="buildings"
    )
    scope_code = ScopeCodeField()
    address = models.CharField(_("address"), max_length=120)
    number = models.PositiveIntegerField(_("number"))
    lon = models.FloatField(_("longitude (WGS84)"))
    lat = models.FloatField(_("latitude (WGS84)"))
    footprint = models.JSONField(_("footprint (WGS84)"), null=True)
    floors = models.PositiveSmallIntegerField(_("floors"))
    units = models.PositiveSmallIntegerField(_("units"))
    doors_per_floor = models.PositiveSmallIntegerField(_("doors per floor and unit"))

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        indexes = [models.Index(fields=["scope_code", "id"], name="places_building_scope")]

    @property
    def doors(self) -> int:
        """Doors of the whole building."""
        return self.units * self.floors * self.doors_per_floor


class CompoundBuilding(models.Model):
    """A building belongs to a compound between two dates."""

    compound = models.ForeignKey(
        Compound, models.CASCADE, verbose_name=_("compound"), related_name="memberships"
    )
    building = models.ForeignKey(
        Building, models.CASCADE, verbose_name=_("building"), related_name="compounds"
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("building of a compound")
        verbose_name_plural = _("buildings of compounds")


class GridBuilding(models.Model):
    """A building belongs to a grid between two dates."""

    grid = models.ForeignKey(Grid, models.CASCADE, verbose_name=_("grid"), related_name="memberships")
    building = models.ForeignKey(Building, models.CASCADE, verbose_name=_("building"), related_name="grids")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("building of a grid")
        verbose_name_plural = _("buildings of grids")


class Unit(models.Model):
    """A stairwell of a building (单元)."""

    building = models.ForeignKey(
        Building, models.CASCADE, verbose_name=_("building"), related_name="stairwells"
    )
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("stairwell")
        verbose_name_plural = _("stairwells")
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="places_unit_number")]


class Dwelling(models.Model):
    """One door."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name=_("stairwell"), related_name="dwellings")
    scope_code = ScopeCodeField()
    floor = models.SmallIntegerField(_("floor"))
    room = models.CharField(_("room"), max_length=10)

    class Meta:
        verbose_name = _("dwelling")
        verbose_name_plural = _("dwellings")
        indexes = [models.Index(fields=["scope_code", "id"], name="places_dwelling_scope")]
        constraints = [models.UniqueConstraint(fields=["unit", "room"], name="places_dwelling_room")]
