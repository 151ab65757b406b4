"""Claims: what hangs on the case that carries state and clocks; papers; who acts for whom; public notices."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.benefits.models.measures import Measure, MeasureVersion
from lianglin.benefits.rules import claims as rules
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField

LOOKED_AT_AGAIN = models.Q(recertify_on__isnull=False, running=True)


class Mandate(models.Model):
    """An authorisation (代办): somebody may see to the claims of a person between two dates, on these papers."""

    scope_code = ScopeCodeField()
    resident_id = models.BigIntegerField(_("resident"))
    kind = models.CharField(_("kind of authorisation"), max_length=10, choices=rules.MANDATE_KINDS)
    papers = models.CharField(_("papers seen"), max_length=14, choices=rules.MANDATE_PAPERS)
    agent_name = models.CharField(_("name of who acts"), max_length=60)
    guardianship_id = models.BigIntegerField(_("guardianship"), null=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True)
    ended_on = models.DateField(_("ended on"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    post_id = models.BigIntegerField(_("post that recorded it"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("authorisation to act")
        verbose_name_plural = _("authorisations to act")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
                name="benefits_mandate_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="guardian") | models.Q(to_on__isnull=False),
                name="benefits_mandate_written_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["resident_id", "-id"], name="benefits_mandate_of"),
        ]


class Claim(models.Model):
    """One household's claim to one measure (or one person's); the case says where it stands and until when."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="claim"
    )
    scope_code = ScopeCodeField()
    household_id = models.BigIntegerField(_("household"))
    resident_id = models.BigIntegerField(_("claimant"), null=True)
    applicant = models.CharField(_("name of the claimant"), max_length=60, blank=True)
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    version = models.ForeignKey(
        MeasureVersion, models.PROTECT, null=True, verbose_name=_("version of the measure"), related_name="+", db_index=False
    )  # fmt: skip
    match_id = models.BigIntegerField(_("match it began from"), null=True)
    channel = models.CharField(_("channel"), max_length=10, choices=rules.CHANNELS)
    running = models.BooleanField(_("not ended"), default=True)
    started_at = models.DateTimeField(_("started at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    filed_at = models.DateTimeField(_("filed at"), null=True)
    asked_more_at = models.DateTimeField(_("more was asked for at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    expected_fen = models.BigIntegerField(_("amount expected, in fen"), null=True)
    granted_fen = models.BigIntegerField(_("amount granted, in fen"), null=True)
    in_kind = models.CharField(_("what is provided in kind"), max_length=120, blank=True)
    period_from = models.DateField(_("granted from"), null=True)
    period_to = models.DateField(_("granted until"), null=True)
    recertify_on = models.DateField(_("to be looked at again on"), null=True)
    reasons = models.CharField(_("standard reasons (codes)"), max_length=80, blank=True)
    review_until = models.DateField(_("review can be asked for until"), null=True)
    court_until = models.DateField(_("the court can be turned to until"), null=True)
    proposed_by = models.BigIntegerField(_("account that proposed it"), null=True)
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, verbose_name=_("authorisation to act"), related_name="claims", db_index=False
    )  # fmt: skip
    agent = models.CharField(_("name of who acts"), max_length=60, blank=True)
    asked = models.PositiveSmallIntegerField(_("papers asked for"), default=0)
    reused = models.PositiveSmallIntegerField(_("papers already known, not asked again"), default=0)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("claim to a benefit")
        verbose_name_plural = _("claims to benefits")
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "resident_id", "measure"],
                condition=models.Q(running=True),
                nulls_distinct=False,
                name="benefits_claim_once",
            )
        ]
        indexes = [
            models.Index(fields=["scope_code", "-case"], name="benefits_claim_scope"),
            models.Index(fields=["resident_id", "-case"], name="benefits_claim_resident"),
            models.Index(fields=["household_id", "-case"], name="benefits_claim_household"),
            models.Index(
                fields=["scope_code", "recertify_on"], name="benefits_claim_recertify", condition=LOOKED_AT_AGAIN
            ),
            models.Index(fields=["recertify_on"], name="benefits_claim_due", condition=LOOKED_AT_AGAIN),
        ]  # fmt: skip


class ClaimMaterial(models.Model):
    """One paper of a claim: already known, shown, handed in, or still missing."""

    class State(models.TextChoices):
        MISSING = "missing", _("still missing")
        KNOWN = "known", _("known, to be confirmed")
        CONFIRMED = "confirmed", _("known and confirmed, not asked again")
        UPLOADED = "uploaded", _("handed in as a file")
        SHOWN = "shown", _("shown at the desk")
        WAIVED = "waived", _("not needed here")

    case = models.ForeignKey(
        Case, models.PROTECT, verbose_name=_("case"), related_name="claim_materials", db_index=False
    )
    scope_code = ScopeCodeField()
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(pgettext_lazy("paper", "name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MISSING)
    known_from = models.CharField(_("known from"), max_length=80, blank=True)
    known_since = models.DateField(_("known since"), null=True)
    attachment_id = models.BigIntegerField(_("attachment"), null=True)
    asked_again = models.BooleanField(_("named by the authority as missing"), default=False)
    at = models.DateTimeField(_("at"))
    post_id = models.BigIntegerField(_("post"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="benefits_material_once")]

    @property
    def there(self) -> bool:
        """Whether nothing more is needed for it."""
        return self.state not in (self.State.MISSING, self.State.KNOWN)


class PublicNotice(models.Model):
    """What stands in public about a claim for some working days (公示): least data, and no name afterwards."""

    class State(models.TextChoices):
        SHOWN = "shown", _("on public notice")
        ENDED = "ended", _("ended, without names")
        STOPPED = "stopped", _("taken down")

    case = models.ForeignKey(
        Case, models.PROTECT, verbose_name=_("case"), related_name="public_notices", db_index=False
    )
    scope_code = ScopeCodeField()
    community_name = models.CharField(_("community"), max_length=80)
    community_name_en = models.CharField(_("English name of the community"), max_length=120, blank=True)
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    name_shown = models.CharField(_("masked name"), max_length=60, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"), null=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.SHOWN)
    office = models.ForeignKey(
        Organisation, models.PROTECT, null=True, verbose_name=_("where to object"), related_name="+", db_index=False
    )  # fmt: skip
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("post"), related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="shown"), name="benefits_notice_once"),
            models.CheckConstraint(
                condition=models.Q(state="shown") | models.Q(name_shown="", amount_fen__isnull=True),
                name="benefits_notice_no_name_after",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["case", "-id"], name="benefits_notice_case"),
            models.Index(fields=["state", "to_on", "id"], name="benefits_notice_state"),
        ]


class NoticeObjection(models.Model):
    """What somebody says against a public notice; the authority answers it before it decides."""

    notice = models.ForeignKey(
        PublicNotice, models.PROTECT, verbose_name=_("public notice"), related_name="objections"
    )
    case = models.ForeignKey(
        Case, models.PROTECT, verbose_name=_("case"), related_name="notice_objections", db_index=False
    )
    scope_code = ScopeCodeField()
    text = models.TextField(_("what is objected"))
    contact = models.CharField(_("how to reach them"), max_length=60, blank=True)
    made_at = models.DateTimeField(_("made at"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    post_id = models.BigIntegerField(_("post"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("objection to a public notice")
        verbose_name_plural = _("objections to public notices")
        indexes = [models.Index(fields=["case", "-id"], name="benefits_objection_case")]
