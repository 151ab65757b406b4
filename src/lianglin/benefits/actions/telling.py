"""What people do about a match: tell, note that somebody declines or is not eligible, begin the claim, hand the package over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting, together
from lianglin.benefits.models import (
    HealthErrand,
    HealthMatch,
    Match,
    MatchStep,
    PackageDelivery,
    RuleFeedback,
)
from lianglin.benefits.queries import matches
from lianglin.benefits.rules import matching as rules
from lianglin.engines.eligibility.package import MAY
from lianglin.facts import actions as facts
from lianglin.facts.actions import NewFact
from lianglin.kit import clock, events, messages
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.models import Resident
from lianglin.people.queries.guardians import purpose_of as of_people

PACKAGE_GIVEN = "household.package_given_on"
NO_PUSH = "person.no_push"
NOTICE = "benefits.may_qualify"


def tell(match_id: int, *, channel: str, by: Actor, asked: bool = False) -> Match:
    """Notes that the person (or the household) was told; a text message is sent here.

    Who declined pushed matches is told only where they asked (``asked``), and never by a message.
    """
    by.require(rules.TELL)
    if channel not in rules.CHANNELS:
        raise Refused(_("Choose how they were told."), field="channel")
    with together():
        match = _locked(match_id, by)
        if match.state not in (rules.SUGGESTED, rules.TOLD):
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        if match.quiet and (not asked or channel == "sms"):
            raise Refused(
                _(
                    "The person declined pushed matches: speak of it only when they ask, and tick that they did."
                ),
                field="asked",
            )
        if channel == "sms":
            _send(match, by)
        _move(match, rules.TOLD, by, channel=channel)
    return match


def _send(match: Match, by: Actor) -> None:
    person = None
    if match.resident_id is not None:
        rows = Resident.objects.visible_to(by, purpose=of_people(by))
        person = rows.filter(pk=match.resident_id).first()
    if person is None or not person.phone:
        raise Refused(
            _("No phone is known, or it may not be used. Tell them at the door or give the printed slip."),
            field="channel",
        )
    messages.send(
        messages.Message(
            NOTICE,
            "sms",
            match.scope_code,
            address=person.phone,
            once=f"benefits-match-{match.pk}",
            resident_id=person.pk,
        )
    )


def decline(match_id: int, *, reason: str, note: str = "", by: Actor) -> Match:
    """The resident does not want it; nobody speaks of it again while it matches."""
    by.require(rules.TELL)
    if reason not in rules.DECLINED_BECAUSE:
        raise Refused(_("Say why, in the person's words as near as they go."), field="reason")
    with together():
        match = _locked(match_id, by)
        if match.state not in (rules.SUGGESTED, rules.TOLD):
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        _move(match, rules.DECLINED, by, reason=reason, note=note)
    return match


def not_eligible(match_id: int, *, reason: str, note: str = "", by: Actor) -> Match:
    """A person overrules the machine, with a reason; whoever keeps the rule reads the reason, without the person."""
    by.require(rules.TELL)
    if reason not in rules.NOT_BECAUSE:
        raise Refused(_("Say what is wrong: the fact, or the rule."), field="reason")
    with together():
        match = _locked(match_id, by)
        if match.state not in (rules.SUGGESTED, rules.TOLD):
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        _move(match, rules.NOT_ELIGIBLE, by, reason=reason, note=note)
        RuleFeedback.objects.bulk_create(
            [
                RuleFeedback(
                    scope_code=match.scope_code,
                    measure_id=match.measure_id,
                    digest=match.digest,
                    reason=reason,
                    at=clock.now(),
                )
            ]
        )
    return match


def open_again(match_id: int, *, by: Actor) -> Match:
    """A refusal, or a judgement, is taken back: it stands on the list again."""
    by.require(rules.TELL)
    with together():
        match = _locked(match_id, by)
        if match.state not in (rules.DECLINED, rules.NOT_ELIGIBLE):
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        _move(match, rules.SUGGESTED, by, kind=MatchStep.Kind.OPENED_AGAIN)
    return match


def start_claim(match_id: int, *, channel: str = "desk", by: Actor) -> str:
    """Asks whoever handles claims to begin one; the case number. Nobody there to answer is said (Nobody)."""
    by.require(rules.MATCH)
    with together():
        match = _locked(match_id, by)
        if match.state not in (rules.SUGGESTED, rules.TOLD) or match.answer != MAY:
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        number = events.ask(
            events.StartClaim(
                match.household_id,
                match.measure.code,
                channel,
                resident_id=match.resident_id,
                match_id=match.pk,
            ),
            by=by,
        )
        alone = matches.of_area(by).select_related(None)  # two fields of it do not go with the joined measure
        match.refresh_from_db(fields=["state", "claim_case_id"], from_queryset=alone)
        _move(match, rules.CLAIMED, by, kind=MatchStep.Kind.STARTED)
    return str(number)


def _locked(match_id: int, by: Actor) -> Match:
    rows = matches.of_area(by).select_for_update(of=("self",))
    match = rows.filter(pk=match_id).first()
    if match is None:
        raise Forbidden(_("There is no such match in the area of your current post."))
    return match


def _move(match: Match, state: str, by: Actor, *, kind: str = "", **said: Any) -> None:
    now = clock.now()
    match.state, match.state_at = state, now
    match.save(update_fields=["state", "state_at"])
    step = MatchStep(
        scope_code=match.scope_code,
        match=match,
        resident_id=match.resident_id,
        measure_id=match.measure_id,
        kind=kind or state,
        at=now,
        post_id=by.post_id,
        **{**said, "note": str(said.get("note", "")).strip()[:200]},
    )
    MatchStep._base_manager.bulk_create([step])
    audit.record(
        f"benefits.match.{kind or state}", "benefits.Match", match.pk, scope_code=match.scope_code, values={"at": now.isoformat()}
    )  # fmt: skip


# --- the package, the errand, the health role ------------------------------------------------------------------


def hand_over_package(household_id: int, *, by: Actor) -> None:
    """Notes that the household was given the printed package today."""
    by.require(rules.TELL)
    day = clock.today()
    with together():
        said = NewFact("household", household_id, PACKAGE_GIVEN, day.isoformat(), day, "community")
        (fact,) = facts.record([said], by=by)
        delivery = PackageDelivery(
            scope_code=fact.scope_code, household_id=household_id, given_on=day, post_id=by.post_id
        )
        PackageDelivery._base_manager.bulk_create([delivery], ignore_conflicts=True)


def errand_done(errand_id: int, *, by: Actor) -> HealthErrand:
    """The health centre was asked to look at the household; nothing is known here of why."""
    by.require(rules.TELL)
    with together():
        rows = matches.errands(by).select_for_update(of=("self",))
        errand = rows.filter(pk=errand_id).first()
        if errand is None:
            raise Conflict(_("This was done already. Look at it again."))
        errand.done_at, errand.post_id = clock.now(), by.post_id
        errand.save(update_fields=["done_at", "post_id"])
        audit.record("benefits.errand_done", "benefits.HealthErrand", errand.pk, scope_code=errand.scope_code)
    return errand


def health_told(match_id: int, *, by: Actor) -> HealthMatch:
    """The family doctor spoke of a health-related match with the person."""
    by.require("access.health")
    with together():
        rows = HealthMatch.objects.visible_to(by, purpose="health").select_for_update(of=("self",))
        match = rows.filter(pk=match_id, state=rules.SUGGESTED, quiet=False).first()
        if match is None:
            raise Conflict(_("This match stands elsewhere by now. Look at it again."))
        match.state, match.state_at = rules.TOLD, clock.now()
        match.save(update_fields=["state", "state_at"])
        audit.record("benefits.match.told", "benefits.HealthMatch", match.pk, scope_code=match.scope_code)
    return match


# --- pushed matches declined (PIPL 24) -------------------------------------------------------------------------


def choose_push(resident_id: int, *, declined: bool, by: Actor) -> None:
    """The person declines pushed matches, or takes that back: on the own pages, or at the desk on their word.

    It takes effect at once on what stands in the lists, and on every run after it. On request they are still told.
    """
    own = by.role == "resident" and by.resident_id == resident_id
    if not own:
        by.require(rules.TELL)
    with together():
        rows = Resident.objects.visible_to(by, purpose="own_data" if own else of_people(by))
        scope = rows.filter(pk=resident_id).values_list("scope_code", flat=True).first()
        if scope is None:
            raise Forbidden(_("There is no such household or person in the area of your current post."))
        with acting(job(scope, scope + TOP)) as system:
            said = NewFact(
                "person", resident_id, NO_PUSH, "1" if declined else "0", clock.today(), "resident"
            )
            facts.record([said], by=system)
            for model in (Match, HealthMatch):
                model.objects.visible_to(system, purpose="system").filter(resident_id=resident_id).update(
                    quiet=declined
                )
        audit.record(
            "benefits.choose_push", "people.Resident", resident_id, scope_code=scope, values={"declined": declined}
        )  # fmt: skip
