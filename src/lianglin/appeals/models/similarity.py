"""What finding similar appeals rests on: one compact row per appeal, the fitted models, and what was suggested."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Account
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.models.appeal import Item
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class SimilarityRow(models.Model):
    """What of an appeal is compared with others, written with it: item, place, time, a person's key, hashed grams.

    No text: the grams tell that two texts share words, not what was written. Behind them stand the numbers of compound,
    building and unit that the text names first.
    """

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="similarity"
    )
    scope_code = ScopeCodeField()
    chosen = models.ForeignKey(
        Item,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("item chosen at intake"),
        related_name="+",
    )
    class_code = models.CharField(_("class it is found under"), max_length=6, blank=True, default="")
    """Of the item chosen; once a model has read the text, of what it reads as. "" where neither is known."""
    cell = models.BigIntegerField(_("cell of the place"), null=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    building_id = models.BigIntegerField(_("building"), null=True)
    person = models.BigIntegerField(_("match key of the appellant"), null=True)
    """Of a keyed digest made for this purpose alone; nothing else in the house has the same number."""
    opened_at = models.DateTimeField(_("opened at"))
    grams = models.BinaryField(_("hashed grams"))
    read_by = models.CharField(_("model that read it"), max_length=16, blank=True, default="")
    meaning = models.BinaryField(_("meaning by the city's encoder"), null=True)
    """Row of length 1, 2 bytes a number; None without an encoder, or until the job has been there."""

    objects = ScopedManager()

    class Meta:
        verbose_name = _("similarity row")
        verbose_name_plural = _("similarity rows")
        indexes = [
            models.Index(fields=["class_code", "cell", "opened_at"], name="appeals_similar_cell"),
            models.Index(fields=["class_code", "scope_code", "opened_at"], name="appeals_similar_place"),
            models.Index(
                fields=["building_id", "opened_at"],
                name="appeals_similar_building",
                condition=models.Q(building_id__isnull=False),
            ),
            models.Index(
                fields=["person", "opened_at"],
                name="appeals_similar_person",
                condition=models.Q(person__isnull=False),
            ),
            models.Index(fields=["scope_code", "-case"], name="appeals_similar_scope"),
            models.Index(fields=["opened_at"], name="appeals_similar_opened"),
        ]


class SimilarityModel(models.Model):
    """One fitted model: what it was fitted on, what it is worth on the part held out, and what became of it."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("passed the check")
        REFUSED = "refused", _("did not pass the check")

    class Reason(models.TextChoices):
        FIRST = "first", _("the first model")
        OWN = "own", _("the first one fitted on the city's own appeals")
        NOT_WORSE = "not_worse", _("not worse on the part held out than the one before it")
        WORSE = "worse", _("worse on the part held out than the one in force")

    class Source(models.TextChoices):
        CITY = "city", _("the city's own appeals")
        MIXED = "mixed", _("the city's own appeals and sample texts")
        SAMPLE = "sample", _("sample texts alone")

    version = models.CharField(_("version"), max_length=16, unique=True)
    """Digest of the arrays; also the name of the folder that holds them."""
    state = models.CharField(_("state"), max_length=8, choices=State)
    in_force = models.BooleanField(_("in force"), default=False)
    source = models.CharField(_("fitted on"), max_length=6, choices=Source)
    texts = models.PositiveIntegerField(_("texts"))
    own_texts = models.PositiveIntegerField(_("of these the city's own"))
    joined = models.PositiveIntegerField(_("appeals that people joined with another"))
    corrections = models.PositiveIntegerField(_("corrected suggestions"), default=0)
    figures = models.JSONField(_("figures of the part held out"), default=dict)
    before = models.JSONField(_("figures of the model before it"), default=dict)
    reason = models.CharField(_("reasons"), max_length=9, choices=Reason)
    encoder = models.CharField(_("digest of the encoder"), max_length=64, blank=True)
    fitted_at = models.DateTimeField(_("fitted at"))
    seconds = models.PositiveIntegerField(_("seconds it took"), default=0)
    chosen_by = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("put in force by"),
        related_name="+",
    )
    chosen_at = models.DateTimeField(_("put in force at"), null=True)

    class Meta:
        verbose_name = _("similarity model")
        verbose_name_plural = _("similarity models")
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=models.Q(in_force=True), name="appeals_similarity_one"
            )
        ]


class ItemAdvice(models.Model):
    """What was suggested as the item of an appeal, and what a person chose; the next fit learns from the difference."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="+"
    )
    scope_code = ScopeCodeField()
    version = models.CharField(_("version of the model"), max_length=16)
    suggested = models.JSONField(_("items suggested, with their chances"), default=list)
    chosen = models.ForeignKey(
        Item, models.PROTECT, null=True, db_index=False, verbose_name=_("item chosen"), related_name="+"
    )
    followed = models.BooleanField(_("one of those suggested"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("suggested item")
        verbose_name_plural = _("suggested items")
        indexes = [models.Index(fields=["scope_code", "-case"], name="appeals_item_advice_scope")]
