"""The authority decides: asks once for all that is missing, grants (a large amount by two), refuses in writing, pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.benefits.actions import claim_papers as papers
from lianglin.benefits.actions.claims import on_claim
from lianglin.benefits.models import Claim
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import months_on, settings
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

MOST_FEN = 100_000_000_00
"""A hundred million yuan: more is a slip of the hand."""


def _must_be_theirs(case: Case, by: Actor) -> None:
    if by.organisation_id != case.owner_id:
        raise Forbidden(_("Only the authority that the claim was filed with decides it."))


@on_claim
def ask_more(
    case: Case,
    claim: Claim,
    *,
    by: Actor,
    note: str,
    positions: Sequence[int] = (),
    further: Sequence[str] = (),
    seen_version: int | None = None,
) -> Case:
    """Names everything that is missing, at once and only once (一次性告知)."""
    _must_be_theirs(case, by)
    cases.expect(case, "ask_more", by=by, seen_version=seen_version)
    further = [name for name in further if name.strip()]
    if claim.asked_more_at is not None:
        raise Conflict(
            _("More was asked for already, and it is asked once, for everything. Decide on what is there.")
        )
    if not positions and not further:
        raise Refused(_("Name every paper that is missing: tick it, or write it down."), field="positions")
    papers.name_missing(case, positions, further, by=by)
    cases.move(case, "ask_more", by=by, note=note, data={"papers": len(positions) + len(further)})
    claim.asked_more_at = clock.now()
    claim.save(update_fields=["asked_more_at"])
    return case


@dataclass(frozen=True)
class Granted:
    """What is granted: money in whole fen, or something in kind; from when until when; when it is looked at again."""

    fen: int | None = None
    in_kind: str = ""
    period_from: date | None = None
    period_to: date | None = None
    recertify_on: date | None = None


def _must_be_sound(given: Granted) -> None:
    if given.fen is None and not given.in_kind.strip():
        raise Refused(_("Say what is granted: an amount, or what is provided in kind."), field="amount")
    if given.fen is not None and not 0 < given.fen <= MOST_FEN:
        raise Refused(_("The amount is more than nothing and below a hundred million yuan."), field="amount")
    if given.period_from and given.period_to and given.period_to < given.period_from:
        raise Refused(_("It cannot end before it begins. Compare the two days."), field="period_to")
    if given.recertify_on and given.recertify_on <= clock.today():
        raise Refused(_("The next look lies ahead: give a later day."), field="recertify_on")


def _must_be_noticed(case: Case, claim: Claim, by: Actor) -> None:
    """A measure that needs a public notice is granted after it, and after every objection was answered."""
    if settings().notice(claim.measure.code) is not None and case.state == "filed":
        raise Refused(_("The rule of this benefit asks for a public notice first. Put it on notice."))
    if any(one.answered_at is None for one in queries.objections(case.pk, by)):
        raise Refused(_("An objection to the public notice is not answered yet. Answer it first."))


@on_claim
def grant(
    case: Case, claim: Claim, *, by: Actor, given: Granted, note: str = "", seen_version: int | None = None
) -> Case:
    """Grants it; above the amount that the authority set it is only proposed, and a second person confirms it."""
    _must_be_theirs(case, by)
    twice = rules.needs_second_person(given.fen)
    code = "propose" if twice else "grant"
    cases.expect(case, code, by=by, seen_version=seen_version)
    _must_be_sound(given)
    _must_be_noticed(case, claim, by)
    cases.move(
        case, code, by=by, note=note, data={"fen": given.fen} if given.fen is not None else {},
        changes={} if twice else {"outcome": "granted"},
    )  # fmt: skip
    claim.granted_fen, claim.in_kind = given.fen, given.in_kind.strip()[:120]
    claim.period_from, claim.period_to = given.period_from, given.period_to
    claim.recertify_on, claim.proposed_by = given.recertify_on, by.account_id
    claim.decided_at = None if twice else clock.now()
    claim.save(
        update_fields=[
            "granted_fen", "in_kind", "period_from", "period_to", "recertify_on", "proposed_by", "decided_at",
        ]
    )  # fmt: skip
    return case


def _must_be_second(claim: Claim, by: Actor) -> None:
    if by.account_id is None or by.account_id == claim.proposed_by:
        raise Forbidden(_("You proposed it yourself: somebody else of your authority looks at it."))


@on_claim
def confirm(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The second person confirms a proposed grant."""
    _must_be_theirs(case, by)
    _must_be_second(claim, by)
    cases.move(case, "confirm", by=by, seen_version=seen_version, note=note, changes={"outcome": "granted"})
    claim.decided_at = clock.now()
    claim.save(update_fields=["decided_at"])
    return case


@on_claim
def not_confirm(case: Case, claim: Claim, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The second person sends it back with what is not right."""
    _must_be_theirs(case, by)
    _must_be_second(claim, by)
    cases.move(case, "not_confirm", by=by, seen_version=seen_version, note=note)
    claim.granted_fen, claim.in_kind, claim.proposed_by, claim.recertify_on = None, "", None, None
    claim.period_from = claim.period_to = None
    claim.save(
        update_fields=["granted_fen", "in_kind", "proposed_by", "recertify_on", "period_from", "period_to"]
    )
    return case


@on_claim
def refuse(
    case: Case,
    claim: Claim,
    *,
    by: Actor,
    reasons: Sequence[str],
    note: str,
    seen_version: int | None = None,
) -> Case:
    """Refuses, by a person, with standard reasons and own words; the days for review and court are written with it."""
    _must_be_theirs(case, by)
    cases.expect(case, "refuse", by=by, seen_version=seen_version)
    known = [one.code for one in settings().reasons if one.code in set(reasons)]
    if not known or len(known) != len(set(reasons)):
        raise Refused(_("Choose at least one of the listed reasons."), field="reasons")
    if len(note.strip()) < 10:
        raise Refused(
            _("Write in at least ten characters why: which condition is not met, and by what it was seen."),
            field="note",
        )
    if case.state == "returned" and case.due_at is not None and case.due_at > clock.now():
        raise Refused(_("The days for handing in what is missing are not over yet."))
    cases.move(case, "refuse", by=by, note=note, data={"reasons": known}, changes={"outcome": "refused"})
    today = clock.today()
    claim.reasons, claim.decided_at, claim.running = ",".join(known), clock.now(), False
    claim.review_until = today + timedelta(days=settings().review_days)
    claim.court_until = months_on(today, settings().court_months)
    claim.save(update_fields=["reasons", "decided_at", "running", "review_until", "court_until"])
    return case


@on_claim
def pay(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """Records that it was paid or provided; what is given once has ended with that."""
    _must_be_theirs(case, by)
    goes_on = claim.recertify_on is not None or claim.period_to is not None
    cases.move(case, "pay" if goes_on else "pay_once", by=by, seen_version=seen_version, note=note)
    claim.paid_at, claim.running = clock.now(), goes_on
    claim.save(update_fields=["paid_at", "running"])
    return case


@on_claim
def end(case: Case, claim: Claim, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """Ends what was granted, by a person, with the reason in writing and the same rights as after a refusal."""
    _must_be_theirs(case, by)
    if len(note.strip()) < 10:
        raise Refused(
            _("Write in at least ten characters why: which condition is not met, and by what it was seen."),
            field="note",
        )
    cases.move(case, "end", by=by, seen_version=seen_version, note=note)
    today = clock.today()
    claim.running, claim.recertify_on = False, None
    claim.review_until = today + timedelta(days=settings().review_days)
    claim.court_until = months_on(today, settings().court_months)
    claim.save(update_fields=["running", "recertify_on", "review_until", "court_until"])
    return case
