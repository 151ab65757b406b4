"""Appeals (诉求): the catalogue, the appeal beside its case, who complains (apart), and call-backs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals import rules
from lianglin.appeals.rules import grading
from lianglin.cases.models import Case
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class Bilingual(models.Model):
    """A catalogue entry with Chinese and English names."""

    code = models.CharField(_("code"), max_length=6)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120)

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name


class Catalogue(models.Model):
    """One version of the catalogue; old appeals keep theirs."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    in_force_from = models.DateField(_("in force from"))
    source = models.CharField(_("source"), max_length=160)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("catalogue version")
        verbose_name_plural = _("catalogue versions")


class Field(Bilingual):
    """One of the five fields (五大领域)."""

    catalogue = models.ForeignKey(
        Catalogue, models.PROTECT, verbose_name=_("catalogue version"), related_name="fields"
    )

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        constraints = [models.UniqueConstraint(fields=["catalogue", "code"], name="appeals_field_code")]


class Category(Bilingual):
    """One of the 26 classes (26类)."""

    field = models.ForeignKey(Field, models.PROTECT, verbose_name=_("field"), related_name="categories")

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")


class Item(Bilingual):
    """One of the 96 items (96项) with its limit and its usual owner; proposals, not any city's rule."""

    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("class"), related_name="items")
    owner_name = models.CharField(_("usual owner"), max_length=60)
    owner_name_en = models.CharField(_("usual owner in English"), max_length=120)
    limit_days = models.PositiveSmallIntegerField(_("limit in working days"))
    urgent_hours = models.PositiveSmallIntegerField(_("limit in hours, day and night"), null=True, blank=True)
    duplicate_radius_m = models.IntegerField(_("radius of duplicates in metres"), default=-1)
    place_kind = models.CharField(_("kind of place"), max_length=8)
    season = models.CharField(_("season"), max_length=20, blank=True)
    duty_code = models.CharField(_("duty of the community (code)"), max_length=20, blank=True, default="")
    """"" where no duty of a community covers it: then it is not ordered from one."""
    response_template = models.TextField(_("response template"), blank=True, default="", db_default="")
    """With what an answer begins; "" where there is none."""

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        indexes = [models.Index(fields=["code"], name="appeals_item_code")]


class Appeal(models.Model):
    """What was reported, beside the case that carries its state and clocks. Holds nothing about who reported."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="appeal"
    )
    scope_code = ScopeCodeField()
    item = models.ForeignKey(Item, models.PROTECT, null=True, verbose_name=_("item"), related_name="appeals")
    channel = models.CharField(_("channel"), max_length=10, choices=rules.CHANNELS, default="web")
    text = models.TextField(_("what was reported"))
    entity = models.BooleanField(_("reported by a business"), default=False)
    anonymous = models.BooleanField(_("anonymous"), default=False)
    headcount = models.PositiveSmallIntegerField(_("people who report it together"), null=True, blank=True)
    channel_note = models.CharField(
        _("about the way it came"), max_length=80, blank=True, default="", db_default=""
    )
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    opened_at = models.DateTimeField(_("opened at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes = [
            models.Index(fields=["item", "-opened_at"], name="appeals_item_opened"),
            models.Index(fields=["scope_code", "-case"], name="appeals_scope"),
        ]


class Appellant(models.Model):
    """Who complains: a table of its own that handlers cannot read. Absent for an anonymous appeal."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="+"
    )
    scope_code = ScopeCodeField()
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    phone_match = models.BinaryField(_("match key of the phone"), null=True)
    entity_name = models.CharField(
        _("name of the business"), max_length=80, blank=True, default="", db_default=""
    )
    uscc = models.CharField(
        _("unified social credit code"), max_length=18, blank=True, default="", db_default=""
    )
    confidential = models.BooleanField(_("name kept from the body complained of"), default=True)
    resident_id = models.BigIntegerField(_("resident who was logged in"), null=True)
    """No foreign key: a resident's record is erased without asking who once complained."""

    objects = ScopedManager()

    class Meta:
        verbose_name = _("appellant")
        verbose_name_plural = _("appellants")
        indexes = [
            models.Index(fields=["phone_match"], name="appeals_appellant_phone"),
            models.Index(
                fields=["resident_id", "-case"],
                name="appeals_appellant_resident",
                condition=models.Q(resident_id__isnull=False),
            ),
        ]


class Representative(models.Model):
    """Who speaks for several people: beside the appellant, as closed to handlers. Five of an appeal at most."""

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("representative of a group")
        verbose_name_plural = _("representatives of groups")
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="appeals_representative_once"),
            models.CheckConstraint(condition=models.Q(position__lte=5), name="appeals_representative_five"),
        ]


class CallBack(models.Model):
    """One try to hear from the appellant, or the appellant's own answer on the page."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="call_backs")
    scope_code = ScopeCodeField()
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(Post, models.PROTECT, null=True, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, verbose_name=_("organisation"), related_name="+"
    )
    online = models.BooleanField(_("answered on the page"), default=False)
    reached = models.BooleanField(_("reached"))
    solved = models.CharField(_("solved"), max_length=6, choices=rules.SOLVED_ANSWERS, blank=True)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=rules.GRADES, null=True, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    result = models.CharField(
        _("how the call came out"),
        max_length=12,
        choices=grading.RESULTS,
        blank=True,
        default="",
        db_default="",
    )
    reasons = models.CharField(_("reasons (codes)"), max_length=120, blank=True, default="", db_default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        indexes = [
            models.Index(fields=["case", "-id"], name="appeals_callback_case"),
            models.Index(fields=["at"], name="appeals_callback_at"),
        ]


class Exclusion(models.Model):
    """A unit asks that a matter not count in one rate; somebody with the duty rules. Nothing leaves a rate otherwise.

    A refusal may be reviewed once, by somebody else than who ruled; that ruling stands. What is granted is in neither
    count of the rate, and stands beside it.
    """

    class Figure(models.TextChoices):
        RESPONDED = "responded", _("response rate")
        SETTLED = "settled", _("settled rate")
        SOLVED = "solved", _("solved rate")
        SATISFIED = "satisfied", _("satisfied rate")
        REACHED = "reached", _("call-back reach rate")

    class Ground(models.TextChoices):
        NO_DUTY = "no_duty", _("no body of this city has the duty")
        IMPOSSIBLE = "impossible", _("cannot be done for objective reasons")
        UNLAWFUL = "unlawful", _("what is asked for would break the law")
        FORCE_MAJEURE = "force", _("force majeure: flood, storm, epidemic")
        RESULT = "result", _("the call-back result is wrong, or is not about this unit's work")

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", _("granted: does not count")
        REFUSED = "refused", _("refused: counts")
        REVIEW = "review", _("review asked for")
        UPHELD = "upheld", _("refused on review: counts")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="exclusions")
    scope_code = ScopeCodeField()
    figure = models.CharField(_("rate"), max_length=10, choices=Figure)
    ground = models.CharField(_("ground"), max_length=10, choices=Ground)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    reason = models.TextField(_("why it should not count"))
    asked_by = models.ForeignKey(Post, models.PROTECT, verbose_name=_("asked by"), related_name="+")
    unit = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("unit that asked"), related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    ruling = models.TextField(_("ruling in words"), blank=True)
    ruled_by = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("ruled by"), related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)
    objection = models.TextField(_("why the unit disagrees"), blank=True)
    objected_at = models.DateTimeField(_("review asked at"), null=True)
    first_ruling = models.TextField(_("first ruling in words"), blank=True)
    first_ruled_by = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("first ruled by"), related_name="+"
    )
    first_ruled_at = models.DateTimeField(_("first ruled at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("exclusion from a rate")
        verbose_name_plural = _("exclusions from rates")
        constraints = [models.UniqueConstraint(fields=["case", "figure"], name="appeals_exclusion_once")]
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="appeals_exclusion_scope"),
            models.Index(
                fields=["figure", "case"],
                name="appeals_exclusion_granted",
                condition=models.Q(state="granted"),
            ),
            models.Index(
                fields=["ruled_at"], name="appeals_exclusion_ruled", condition=models.Q(state="granted")
            ),
        ]
