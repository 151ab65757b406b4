"""The manifest's part about claims: from an offer to the decision, the payment and the next look."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claim_notices import NOTICES as NOTICES
from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Answer,
    Duty,
    Errand,
    Follows,
    Guard,
    InScope,
    Listener,
    NavItem,
    Nightly,
    OwnResident,
    Panel,
    Personal,
    Retention,
    Subject,
    WorkList,
)
from lianglin.kit.events import CaseMoved, StartClaim

NIGHTLY = (Nightly(_("benefits to look at again"), "lianglin.benefits.tasks.claims:LOOK_AGAIN", 42),)

DUTIES: tuple[Duty, ...] = (
    Duty(rules.ACCOMPANY, _("start claims to benefits and see them through")),
    Duty(rules.READ, _("read claims to benefits")),
    Duty(rules.DECIDE, _("decide claims to benefits, as the authority")),
)
ROLE_DUTIES: dict[str, tuple[str, ...]] = {
    "community_worker": (rules.ACCOMPANY, rules.READ),
    "street_coordinator": (rules.ACCOMPANY, rules.READ),
    "district_coordinator": (rules.READ,),
    "city_coordinator": (rules.READ,),
    "unit_handler": (rules.DECIDE, rules.READ),
}
NAVIGATION: tuple[NavItem, ...] = (
    NavItem("benefits", _("Claims to benefits"), "benefits:claims", "form", rules.READ, 40),
)
_ROLES = partial(case_roles, "case_id")
GUARDS: tuple[Guard, ...] = (
    Guard(
        "benefits.Claim",
        _ROLES(staff="SIU", handler="SU", resident="SU", job="SIUD"),
        personal=True,
        neutral=(
            "measure", "version", "match_id", "channel", "running", "started_at", "accepted_at", "filed_at",
            "asked_more_at", "decided_at", "paid_at", "proposed_by", "asked", "reused", "sample",
        ),
    ),
    Guard(
        "benefits.ClaimMaterial",
        _ROLES(staff="SIU", handler="SIU", resident="SU", job="SUD"),
        personal=True,
        neutral=("case", "position", "state", "known_since", "attachment_id", "asked_again", "at", "post_id"),
    ),
    Guard(
        "benefits.Mandate",
        {
            "staff": Access("SIU", InScope(purpose="handle_case")),
            "resident": Access("S", OwnResident()),
            "job": Access("SIUD", InScope()),
        },
        personal=True,
        neutral=("recorded_at", "post_id", "sample"),
    ),
    Guard(
        "benefits.PublicNotice",
        _ROLES(staff="S", handler="SIU", resident="S", job="SIUD"),
        personal=True,
        neutral=(
            "case", "community_name", "community_name_en", "measure", "from_on", "to_on", "state", "office", "post",
            "ended_at", "sample",
        ),
    ),
    Guard(
        "benefits.NoticeObjection",
        _ROLES(staff="S", handler="SU", resident="", job="SUD"),
        personal=True,
        neutral=("notice", "case", "made_at", "answered_at", "post_id"),
    ),
)  # fmt: skip
_CLAIM, _ENDED = _("see to the claim"), _("the claim ended")
_held = partial(Personal, purpose=_CLAIM, basis="statutory_duty", keep="P5Y", after=_ENDED)
PERSONAL: tuple[Personal, ...] = (
    _held("benefits.Claim.household_id", _("household"), mask="never"),
    _held("benefits.Claim.resident_id", _("claimant"), mask="never"),
    _held("benefits.Claim.applicant", _("name of the claimant"), mask="name"),
    _held("benefits.Claim.agent", _("name of who acts"), mask="name"),
    _held("benefits.Claim.expected_fen", _("amount expected, in fen"), mask="none"),
    _held("benefits.Claim.granted_fen", _("amount granted, in fen"), mask="none"),
    _held("benefits.Claim.in_kind", _("what is provided in kind"), mask="none"),
    _held("benefits.Claim.period_from", _("granted from"), mask="none"),
    _held("benefits.Claim.period_to", _("granted until"), mask="none"),
    _held("benefits.Claim.recertify_on", _("to be looked at again on"), mask="none"),
    _held("benefits.Claim.reasons", _("standard reasons (codes)"), mask="none"),
    _held("benefits.Claim.review_until", _("review can be asked for until"), mask="none"),
    _held("benefits.Claim.court_until", _("the court can be turned to until"), mask="none"),
    _held("benefits.Claim.mandate", _("authorisation to act"), mask="none"),
    _held("benefits.ClaimMaterial.name", pgettext_lazy("paper", "name"), mask="none"),
    _held("benefits.ClaimMaterial.known_from", _("known from"), mask="none"),
    _held("benefits.Mandate.resident_id", _("resident"), mask="never"),
    _held("benefits.Mandate.kind", _("kind of authorisation"), mask="none"),
    _held("benefits.Mandate.papers", _("papers seen"), mask="none"),
    _held("benefits.Mandate.agent_name", _("name of who acts"), mask="name"),
    _held("benefits.Mandate.guardianship_id", _("guardianship"), mask="never"),
    _held("benefits.Mandate.from_on", _("from"), mask="date"),
    _held("benefits.Mandate.to_on", _("to"), mask="date"),
    _held("benefits.Mandate.ended_on", _("ended on"), mask="date"),
    _held("benefits.PublicNotice.name_shown", _("masked name"), mask="name"),
    _held("benefits.PublicNotice.amount_fen", _("amount in fen"), mask="none"),
    _held("benefits.NoticeObjection.text", _("what is objected"), mask="text"),
    _held("benefits.NoticeObjection.contact", _("how to reach them"), mask="never"),
    _held("benefits.NoticeObjection.answer", _("answer"), mask="text"),
)
RETENTION: tuple[Retention, ...] = (
    Retention("benefits.Claim", "P5Y", "case__closed_at", "tombstone"),
    Retention("benefits.ClaimMaterial", "P5Y", "case__closed_at", "erase"),
    Retention("benefits.Mandate", "P5Y", "to_on", "erase"),
    Retention("benefits.PublicNotice", "P2Y", "ended_at", "erase"),
    Retention("benefits.NoticeObjection", "P2Y", "made_at", "erase"),
)
SUBJECTS: tuple[Subject, ...] = (
    Subject("benefits.Claim", "case_id", "case"),
    Subject("benefits.Claim", "resident_id", "resident", erasable=False),
    Subject("benefits.ClaimMaterial", "case_id", "case"),
    Subject("benefits.Mandate", "resident_id", "resident", erasable=False),
    Subject("benefits.PublicNotice", "case_id", "case"),
    Subject("benefits.NoticeObjection", "case_id", "case"),
)
FOLLOWS: tuple[Follows, ...] = (
    Follows("benefits.Claim", stays="a decided claim names the file it was decided on"),
    Follows("benefits.Mandate"),
)
LIFECYCLES = (rules.LIFECYCLE,)
ANSWERS = (Answer(StartClaim, "lianglin.benefits.actions.claims:start_for"),)
LISTENERS = (
    Listener(CaseMoved, "lianglin.benefits.tasks.claims:tell_claimant"),
    Listener(CaseMoved, "lianglin.benefits.tasks.claims:close_access"),
)
ERRANDS = (
    Errand(
        "benefits.recertify", _("look at a benefit again"), rules.ACCOMPANY, ("staff",),
        "lianglin.benefits.queries.claim_lists:errands",
    ),
)  # fmt: skip
PANELS = (Panel("me", "benefits/claims/_own.html", "lianglin.benefits.views.own:panel", 20),)
LISTS = (
    WorkList(
        "benefits.claims",
        _("Claims to benefits"),
        "benefits:claims",
        rules.READ,
        "lianglin.benefits.views.claims_listing",
    ),
)
DATABASE = ("lianglin.benefits.queries.claim_functions:install",)
